// TerminalMode: a terminal in the mode that line editing needs, and always back again.
//
// While entered: every byte arrives at once, nothing is echoed, and Ctrl-C, Ctrl-Z and
// Ctrl-\ arrive as bytes in their order among the others instead of as signals. The mode is entered
// once and stays from line to line, so no paste meets the line buffer of 4096 bytes. leave()
// restores what enter() found, and undoes Ctrl-S; the end of the process does it too. At most one
// is entered at a time. Neither waits for a terminal that takes nothing. Where the descriptor is no
// terminal, both do nothing.
#pragma once

#include <termios.h>

#include "input/terminal_output.h"

namespace wscope::input {

/// The terminal is another job's (bg, or & behind the command): its modes are not ours to set.
bool in_background(int terminal);

class TerminalMode {
 public:
  /// `bracketed_paste`: ask the terminal on `output` to mark pastes.
  TerminalMode(int input, TerminalOutput& output, bool bracketed_paste);
  ~TerminalMode() { leave(); }
  TerminalMode(const TerminalMode&) = delete;
  TerminalMode& operator=(const TerminalMode&) = delete;

  void enter();
  void leave();
  /// Once more, after another program may have changed it (SIGCONT).
  void apply();
  /// After leave(), and after a program that may not have put back what it changed: what the next
  /// leave() restores is still what enter() found.
  void enter_again();

 private:
  const int input_;
  TerminalOutput& output_;
  const bool bracketed_paste_;
  bool entered_ = false;
  bool known_ = false;  // before_ and raw_ are set
  termios before_{};
  termios raw_{};
};

}  // namespace wscope::input
