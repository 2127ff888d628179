#include "output/frame_words.h"

#include <fmt/format.h>

#include <iterator>

#include "base/escape.h"
#include "output/words.h"

namespace wscope::output {

std::string opcode_word(std::uint8_t opcode) {
  switch (opcode) {
    case 0:
      return "CONT";
    case 1:
      return "TEXT";
    case 2:
      return "BINARY";
    case 8:
      return "CLOSE";
    case 9:
      return "PING";
    case 10:
      return "PONG";
    default:
      return fmt::format("0x{:x}", opcode);
  }
}

std::string frame_header_words(const Frame& frame) {
  std::string words = opcode_word(frame.opcode);
  // A control frame always ends its message (RFC 6455 5.5); only the breach is worth a word.
  if (is_control(frame.opcode)) {
    if (!frame.fin) words += " not-fin";
  } else if (frame.fin) {
    words += " fin";
  }
  if (frame.rsv1) words += " rsv1";
  if (frame.rsv2) words += " rsv2";
  if (frame.rsv3) words += " rsv3";
  const auto to = std::back_inserter(words);
  fmt::format_to(to, " len={}", frame.length);
  if (frame.missing > 0) fmt::format_to(to, " missing={}", frame.missing);
  if (frame.mask) fmt::format_to(to, " mask={:08x}", *frame.mask);
  return words;
}

std::string text_preview(std::string_view text, std::uint64_t size) {
  const std::string_view shown = utf8_prefix(text, kTextPreview);
  std::string words = "\"";
  append_escaped(words, shown, kOneLine);
  words += shown.size() < size ? "…\"" : "\"";
  return words;
}

std::string hex_preview(std::string_view bytes, std::uint64_t size) {
  std::string words;
  const std::string_view shown = bytes.substr(0, kHexPreview);
  for (const char c : shown) {
    fmt::format_to(std::back_inserter(words), "{}{:02x}", words.empty() ? "" : " ",
                   static_cast<unsigned char>(c));
  }
  if (shown.size() < size) words += words.empty() ? "…" : " …";
  return words;
}

std::string close_payload_words(std::string_view payload) {
  if (payload.empty()) return {};
  if (payload.size() == 1) return hex_preview(payload, 1) + " (half a code)";
  const auto high = static_cast<unsigned char>(payload[0]);
  const auto low = static_cast<unsigned char>(payload[1]);
  return close_words(static_cast<std::uint16_t>(high << 8U | low), payload.substr(2));
}

}  // namespace wscope::output
