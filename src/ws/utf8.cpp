#include "ws/utf8.h"

#include <cstring>

#include "base/utf8.h"

namespace wscope::ws {
namespace {

// A state is three bytes: how many continuation bytes are owed, and the range of the next one
// (RFC 3629 section 4 narrows the first one after E0, ED, F0 and F4). 0: between characters.
constexpr std::uint32_t kBetween = 0;
constexpr std::uint32_t kRejected = 0xffffffff;

constexpr std::uint32_t owing(std::uint32_t count, std::uint32_t low, std::uint32_t high) {
  return count << 16 | low << 8 | high;
}

constexpr std::uint32_t after_lead(std::uint32_t byte) {
  if (byte < 0x80) return kBetween;
  if (byte < 0xc2) return kRejected;
  if (byte < 0xe0) return owing(1, 0x80, 0xbf);
  if (byte == 0xe0) return owing(2, 0xa0, 0xbf);
  if (byte == 0xed) return owing(2, 0x80, 0x9f);
  if (byte < 0xf0) return owing(2, 0x80, 0xbf);
  if (byte == 0xf0) return owing(3, 0x90, 0xbf);
  if (byte < 0xf4) return owing(3, 0x80, 0xbf);
  if (byte == 0xf4) return owing(3, 0x80, 0x8f);
  return kRejected;
}

constexpr std::uint32_t step(std::uint32_t state, std::uint32_t byte) {
  if (state == kBetween) return after_lead(byte);
  if (byte < (state >> 8 & 0xff) || byte > (state & 0xff)) return kRejected;
  const std::uint32_t owed = (state >> 16) - 1;
  return owed == 0 ? kBetween : owing(owed, 0x80, 0xbf);
}

/// Steps over the text until it is rejected; returns how many bytes were accepted.
std::size_t walk(std::string_view text, std::uint32_t& state) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (state == kBetween) {
      std::uint64_t word;
      while (text.size() - at >= sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & 0x8080808080808080) != 0) break;
        at += sizeof word;
      }
      if (at == text.size()) break;
    }
    state = step(state, static_cast<unsigned char>(text[at]));
    if (state == kRejected) break;
    ++at;
  }
  return at;
}

}  // namespace

std::size_t utf8_error_offset(std::string_view text) {
  std::uint32_t state = kBetween;
  return walk(text, state);
}

std::size_t utf8_cut_offset(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const std::size_t length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? text.size() - back : text.size();
  }
  return text.size();
}

bool Utf8Checker::feed(std::string_view piece) {
  if (state_ == kRejected) return false;
  std::size_t begun = 0;
  while (state_ != kBetween && begun < piece.size()) {
    const std::size_t accepted = walk(piece.substr(begun, 1), state_);
    accepted_ += accepted;
    if (accepted == 0) return false;
    ++begun;
  }
  piece.remove_prefix(begun);
  const std::size_t whole = utf8_cut_offset(piece);
  if (is_valid_utf8(piece.substr(0, whole))) {
    accepted_ += whole;
    piece.remove_prefix(whole);
  }
  accepted_ += walk(piece, state_);
  return state_ != kRejected;
}

bool Utf8Checker::complete() const { return state_ == kBetween; }

void Utf8Checker::reset() {
  state_ = kBetween;
  accepted_ = 0;
}

}  // namespace wscope::ws
