// UTF-8 in pieces: a text is checked while it arrives (RFC 3629; RFC 6455 8.1).
//
// Utf8Checker takes a text in pieces of any size, at memory speed, and fails at the earliest byte
// that decides it, also when a sequence is cut by the end of a piece ("\xf0\x80" fails at its
// second byte). Whole texts are base/utf8.h's. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wscope::ws {

/// Offset of the byte that decides that the text is not UTF-8; its size when there is none, that
/// is, when the text is valid or only cut.
std::size_t utf8_error_offset(std::string_view text);

/// Where the character begins that the text's end cuts, as far as its lead byte tells; the text's
/// size when its end cuts none.
std::size_t utf8_cut_offset(std::string_view text);

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
