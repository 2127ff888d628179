// UTF-8 validation at memory speed, whole and in pieces (RFC 3629; RFC 6455 8.1).
//
// is_valid_utf8 checks a whole text. Utf8Checker takes a text in pieces and fails at the earliest
// byte that decides it, also when a sequence is cut by the end of a piece ("\xf0\x80" fails at its
// second byte).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wscope::ws {

bool is_valid_utf8(std::string_view text);
/// Offset of the byte that makes the text invalid; its size when the text is whole, or only cut.
std::size_t utf8_error_offset(std::string_view text);

class Utf8Checker {
 public:
  /// False as soon as what came so far can't become valid UTF-8; stays false.
  bool feed(std::string_view piece);
  /// True when everything so far is whole and valid.
  bool complete() const;
  void reset();
  /// How many bytes came before the one that made feed() say false.
  std::uint64_t failed_at() const { return accepted_; }

 private:
  std::uint64_t accepted_ = 0;
  std::uint32_t state_ = 0;
};

}  // namespace wscope::ws
