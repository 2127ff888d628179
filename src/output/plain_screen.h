// PlainScreen: a terminal without a prompt: lines go straight to its descriptor.
//
// Blocks while the terminal is held (Ctrl-S). Does not own the descriptor. Loop thread only.
#pragma once

#include "base/screen.h"

namespace wscope::output {

class PlainScreen : public Screen {
 public:
  explicit PlainScreen(int fd) : fd_(fd) {}
  void print(std::string_view lines) override;
  int columns() const override;

 private:
  int fd_;
};

}  // namespace wscope::output
