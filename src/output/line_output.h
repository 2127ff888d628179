// LineOutput: where whole lines for people and records go: a Screen, or an OutputStream.
//
// Lines are gathered and printed on flush(), or when enough have come. A screen that makes way has
// an OutputStream of its own, so that nobody waits for a terminal that is held. `partner` is the
// output that shares the terminal (stdout and stderr): what it holds is written first, so that
// lines stay in the order in which they were told. A full pipe makes nobody wait: what a stream has
// not taken is gathered there, and the session watches it (Presentation::streams()). Loop thread
// only.
#pragma once

#include <string>
#include <string_view>

#include "base/screen.h"
#include "output/output_stream.h"

namespace wscope::output {

class LineOutput {
 public:
  explicit LineOutput(Screen& screen) : screen_(&screen) {}
  /// `screen` makes way; `stream` writes to its terminal.
  LineOutput(Screen& screen, OutputStream& stream) : screen_(&screen), stream_(&stream) {}
  explicit LineOutput(OutputStream& stream) : stream_(&stream) {}
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;

  /// Whole lines, each ending in '\n'; safe to show where is_screen().
  void put(std::string_view lines);
  void flush();
  bool pending() const { return screen_ == nullptr ? stream_->pending() > 0 : !lines_.empty(); }

  void set_partner(LineOutput* partner) { partner_ = partner; }
  /// Print each put at once: for files that are watched while they grow.
  void set_immediate(bool immediate) { immediate_ = immediate; }
  bool is_screen() const { return screen_ != nullptr; }
  /// Columns of the terminal; enough elsewhere.
  int columns() const { return screen_ != nullptr ? screen_->columns() : 100; }

 private:
  Screen* screen_ = nullptr;
  OutputStream* stream_ = nullptr;
  bool immediate_ = false;
  LineOutput* partner_ = nullptr;
  std::string lines_;
};

}  // namespace wscope::output
