// LineSplitter: blocks of bytes → lines, one per call, as views into the block.
//
// Only a line that reaches over the end of a block is copied. A line ends with LF or CRLF, or with
// NUL; other bytes, NUL among them, stay as they are, and so does a CR at the very end of the
// input, which ends no line. A last line without its end is a line. Whether a text is UTF-8 is
// found out for many whole lines of a block at once (RFC 6455 8.1). Loop thread; never fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"

namespace wscope::input {

/// Messages that were read and not yet given to the session.
struct Backlog {
  std::uint64_t whole = 0;
  bool begun = false;

  std::uint64_t messages() const { return whole + (begun ? 1 : 0); }
};

enum class LineEnd { kNewline, kNul };

class LineSplitter {
 public:
  explicit LineSplitter(LineEnd end, bool check_utf8);

  /// The block stays alive until next() has returned false; only then may another one be fed.
  void feed(std::string_view block);
  /// No more blocks.
  void finish();
  /// False: feed the next block. `line` lives until the next call.
  bool next(std::string_view& line);

  /// Of the line that next() gave last, counted from 1.
  std::uint64_t line_number() const { return line_number_; }
  /// Where that line lies alone and may be taken from; null when it lies in its block.
  ByteBuffer* line_storage() { return carry_state_ == Carry::kGiven ? &carry_ : nullptr; }
  bool line_is_utf8() const { return checked_is_utf8_ || line_is_utf8_; }
  /// What was fed and not yet given.
  Backlog backlog() const;
  /// The same with a block that waits to be fed.
  void add(Backlog& backlog, std::string_view block) const;

 private:
  bool give(std::string_view& line, std::string_view found, bool ended);
  bool give_carried(std::string_view& line);
  void check_ahead();

  const char end_;
  const bool strip_cr_;
  const bool check_utf8_;
  const char* cursor_ = nullptr;  // [cursor_, whole_) are whole lines, [whole_, stop_) a begun one
  const char* whole_ = nullptr;
  const char* stop_ = nullptr;
  const char* checked_ = nullptr;  // checked_is_utf8_ speaks of the lines before it
  ByteBuffer carry_;
  enum class Carry { kBegun, kWhole, kGiven } carry_state_ = Carry::kBegun;
  bool finished_ = false;
  bool checked_is_utf8_ = false;
  bool line_is_utf8_ = true;
  std::uint64_t line_number_ = 0;
};

}  // namespace wscope::input
