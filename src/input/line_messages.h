// LineMessages: blocks → one Action a line (or a NUL-terminated record), in a format of --input.
//
// A line that can't be sent as asked is refused by its number and the lines after it go on; a line
// that is not UTF-8 goes only as a binary message. An empty line is an empty message. Loop thread.
// What can fail: Action::kRefused with an Error of Stage::kInput.
#pragma once

#include <string_view>

#include "base/action.h"
#include "base/options.h"
#include "input/line_splitter.h"
#include "input/record_decoder.h"

namespace wscope::input {

class LineMessages {
 public:
  explicit LineMessages(const MessageOptions& options);

  void feed(std::string_view block) { splitter_.feed(block); }
  void finish();
  bool next(Action& action);
  Backlog backlog() const { return splitter_.backlog(); }
  void add(Backlog& backlog, std::string_view block) const { splitter_.add(backlog, block); }

 private:
  bool decode(std::string_view line, Action& action);

  LineSplitter splitter_;
  RecordDecoder decoder_;
  const Action::Kind kind_;
  const std::string_view noun_;
  bool finished_ = false;
};

}  // namespace wscope::input
