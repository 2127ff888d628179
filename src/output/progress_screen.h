// ProgressScreen: a terminal with one line at its end that is drawn over and over.
//
// As a Screen it prints lines as a TerminalScreen does, above that line. draw() replaces the line,
// erase() takes it away; both do nothing while the terminal is held (Ctrl-S) or belongs to another
// job, so a transfer never waits for its own progress. Loop thread only.
#pragma once

#include <string_view>

#include "base/screen.h"
#include "output/terminal_screen.h"

namespace wscope::output {

class ProgressScreen : public Screen {
 public:
  /// Does not own `fd`.
  explicit ProgressScreen(int fd) : fd_(fd), lines_(fd) {}
  ~ProgressScreen() override { erase(); }

  void print(std::string_view lines) override;
  bool make_way() override {
    erase();
    return true;
  }
  int columns() const override { return lines_.columns(); }

  /// `text` is shorter than columns() and safe to show.
  void draw(std::string_view text);
  void erase();

 private:
  bool may_draw() const;

  int fd_;
  TerminalScreen lines_;
  bool drawn_ = false;
};

}  // namespace wscope::output
