// SignalsBlocked: while it lives, the calling thread takes no signals.
//
// A thread started meanwhile inherits that, so every handler runs on the thread that owns the
// signals, and a reader thread's system calls are not interrupted. Never fails.
#pragma once

#include <signal.h>

namespace wscope::input {

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace wscope::input
