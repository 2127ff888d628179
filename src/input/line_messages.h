// LineMessages: blocks → one Action a line (or a NUL-terminated record).
//
// A line that is not UTF-8 is refused unless lines are sent as binary messages; the lines after it
// go on. An empty line is an empty message. Loop thread. What can fail: Action::kRefused with an
// Error of Stage::kInput that names the line.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/action.h"
#include "input/line_splitter.h"

namespace wscope::input {

class LineMessages {
 public:
  explicit LineMessages(LineEnd end, bool binary);

  void feed(std::string_view block) { splitter_.feed(block); }
  void finish() { splitter_.finish(); }
  bool next(Action& action);
  Backlog backlog() const { return splitter_.backlog(); }
  void add(Backlog& backlog, std::string_view block) const { splitter_.add(backlog, block); }

 private:
  LineSplitter splitter_;
  const Action::Kind kind_;
  const std::string_view noun_;
};

/// "line 12 is not UTF-8 at byte 7: not sent"; `what` is "line 12".
Error not_utf8(std::string_view what, std::string_view text);

}  // namespace wscope::input
