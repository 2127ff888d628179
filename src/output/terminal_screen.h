// TerminalScreen: a terminal without a prompt, as a Screen: lines go straight to the descriptor.
//
// print() blocks while the terminal is held (Ctrl-S), as every program's writing does; a session's
// lines go by an OutputStream, for which it makes way. Does not own the descriptor. columns() asks
// the terminal each time, so a resized window counts at once. Loop thread only.
#pragma once

#include <string_view>

#include "base/screen.h"

namespace wscope::output {

class TerminalScreen : public Screen {
 public:
  explicit TerminalScreen(int fd) : fd_(fd) {}
  void print(std::string_view lines) override;
  bool make_way() override { return true; }
  int columns() const override;

 private:
  int fd_;
};

}  // namespace wscope::output
