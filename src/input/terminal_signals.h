// TerminalSignals: SIGWINCH and SIGCONT → a descriptor that becomes readable, and what happened.
//
// The handlers only set a flag and write to an eventfd, which can also be rung by hand. One at a
// time; watch() and the end put the former handlers in and back. Any thread may ring() and take().
#pragma once

#include <signal.h>

namespace wscope::input {

class TerminalSignals {
 public:
  TerminalSignals();
  ~TerminalSignals();
  TerminalSignals(const TerminalSignals&) = delete;
  TerminalSignals& operator=(const TerminalSignals&) = delete;

  void watch();
  void unwatch();

  /// Readable after a signal or ring(), until clear().
  int descriptor() const { return descriptor_; }
  void ring() const;
  void clear() const;

  /// Whether the terminal has another size, or the process goes on after a stop; once.
  bool take_resized();
  bool take_continued();

 private:
  const int descriptor_;
  bool watching_ = false;
  struct sigaction winch_before_ {};
  struct sigaction cont_before_ {};
};

}  // namespace wscope::input
