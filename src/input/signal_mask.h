// SignalsBlocked: while it lives, the calling thread takes no signals. KeySignalsIgnored: while it
// lives, the process takes none that keys of the terminal send.
//
// A thread started while they are blocked inherits that, so every handler runs on the thread that
// owns the signals, and a reader thread's system calls are not interrupted. Neither fails.
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

/// SIGINT and SIGQUIT reach the whole group of the terminal: they are not for us while an editor
/// has it.
class KeySignalsIgnored {
 public:
  KeySignalsIgnored() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    sigaction(SIGQUIT, &ignore, &quit_);
  }
  ~KeySignalsIgnored() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGQUIT, &quit_, nullptr);
  }
  KeySignalsIgnored(const KeySignalsIgnored&) = delete;
  KeySignalsIgnored& operator=(const KeySignalsIgnored&) = delete;

 private:
  struct sigaction interrupt_ {};
  struct sigaction quit_ {};
};

}  // namespace wscope::input
