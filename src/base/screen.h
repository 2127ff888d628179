// Screen: a terminal as the presenters see it: whole lines, printed above whatever is being typed.
//
// print() takes whole lines (each ends in '\n') that are safe to show. Without a prompt they go
// straight to the descriptor; at the REPL they appear above the line being typed, which is then
// redrawn. Who would not wait for a terminal that is held (Ctrl-S) asks make_way() and writes to
// the descriptor. Loop thread; the REPL has another, which draws the prompt, and locks.
#pragma once

#include <string_view>

namespace wscope {

class Screen {
 public:
  virtual ~Screen() = default;
  virtual void print(std::string_view lines) = 0;
  /// True where lines may go to the terminal as they are; what was drawn there is erased.
  virtual bool make_way() { return false; }
  /// Columns of the terminal now (changes on SIGWINCH); 80 when unknown.
  virtual int columns() const = 0;
};

}  // namespace wscope
