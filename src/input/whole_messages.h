// WholeMessage and RawMessages: blocks → the whole input as one message, or each block as one.
//
// WholeMessage gives nothing for an empty input; what is not UTF-8 is refused unless it goes out as
// a binary message. RawMessages are binary and leave as soon as they were read, so a program's
// writes keep their timing; their borders are those of the reads. Loop thread.
#pragma once

#include <string_view>

#include "base/action.h"
#include "base/byte_buffer.h"
#include "input/line_splitter.h"

namespace wscope::input {

class WholeMessage {
 public:
  explicit WholeMessage(bool binary) : binary_(binary) {}

  void feed(std::string_view block) {
    if (whole_.empty()) whole_.leave_front();
    whole_.append(block);
  }
  void finish() { finished_ = true; }
  bool next(Action& action);
  Backlog backlog() const { return {0, !whole_.empty() && !given_}; }
  void add(Backlog& backlog, std::string_view) const { backlog.begun = true; }

 private:
  const bool binary_;
  ByteBuffer whole_;
  bool finished_ = false;
  bool given_ = false;
};

class RawMessages {
 public:
  void feed(std::string_view block) { block_ = block; }
  void finish() {}
  bool next(Action& action);
  Backlog backlog() const { return {block_.empty() ? 0U : 1U, false}; }
  void add(Backlog& backlog, std::string_view) const { ++backlog.whole; }

 private:
  std::string_view block_;
};

}  // namespace wscope::input
