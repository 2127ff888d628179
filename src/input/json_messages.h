// JsonMessages: blocks → one Action a JSON value, however many lines it takes.
//
// A value is sent byte for byte as it stands, without the white space around it; RFC 7464's record
// separator counts as white space. A broken value is refused with line and column, and reading goes
// on with the next line. Loop thread. What can fail: Action::kRefused, Error of Stage::kInput.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/action.h"
#include "base/byte_buffer.h"
#include "base/json_scanner.h"
#include "input/line_splitter.h"

namespace wscope::input {

class JsonMessages {
 public:
  explicit JsonMessages(bool binary) : binary_(binary) {}

  void feed(std::string_view block) { rest_ = block; }
  void finish() { finished_ = true; }
  bool next(Action& action);
  /// Values are not counted before they are scanned: anything there counts as one.
  Backlog backlog() const;
  void add(Backlog& backlog, std::string_view block) const;

 private:
  void skip_to_value();
  bool scan(Action& action);
  void advance(std::size_t bytes);
  void give(Action& action, std::string_view value);
  void refuse(Action& action, std::string message);
  void begin_again();

  const bool binary_;
  JsonScanner scanner_;
  std::string_view rest_;
  ByteBuffer carry_;
  bool carry_given_ = false;
  bool skipping_line_ = false;
  bool finished_ = false;
  std::uint64_t line_ = 1;    // where rest_ begins
  std::uint64_t column_ = 1;  // in bytes
  std::uint64_t value_line_ = 1;
};

}  // namespace wscope::input
