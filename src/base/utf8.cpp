#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace wscope {
namespace {

struct Lead {
  std::size_t length;  // of the whole sequence; 0: no sequence starts with this byte
  unsigned char low;   // range of the second byte, which is where overlong forms, surrogates and
  unsigned char high;  // values above U+10FFFF are told apart (RFC 3629 section 4)
};

constexpr Lead classify(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xc2) return {0, 0, 0};
  if (byte < 0xe0) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

bool is_tail(unsigned char byte) { return (byte & 0xc0) == 0x80; }

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      std::uint64_t eight;
      std::memcpy(&eight, bytes + at, 8);
      if ((eight & 0x8080808080808080U) == 0) {
        at += 8;
        continue;
      }
    }
    const Lead lead = classify(bytes[at]);
    if (lead.length == 0 || text.size() - at < lead.length) return at;
    if (lead.length > 1 && (bytes[at + 1] < lead.low || bytes[at + 1] > lead.high)) return at;
    for (std::size_t i = 2; i < lead.length; ++i) {
      if (!is_tail(bytes[at + i])) return at;
    }
    at += lead.length;
  }
  return std::string_view::npos;
}

bool is_valid_utf8(std::string_view text) {
  return first_invalid_utf8(text) == std::string_view::npos;
}

}  // namespace wscope
