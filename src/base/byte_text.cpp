#include "base/byte_text.h"

#include <array>
#include <cstdint>

#include "base/ascii.h"

namespace wscope {
namespace {

constexpr std::uint8_t kNone = 0xff;

constexpr std::array<std::uint8_t, 256> hex_values() {
  std::array<std::uint8_t, 256> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int value = hex_value(static_cast<char>(i));
    values[i] = value < 0 ? kNone : static_cast<std::uint8_t>(value);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> base64_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNone;
  for (std::uint8_t i = 0; i < 26; ++i) {
    values['A' + i] = i;
    values['a' + i] = static_cast<std::uint8_t>(26 + i);
  }
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(52 + i);
  values['+'] = 62;
  values['/'] = 63;
  return values;
}

constexpr auto kHex = hex_values();
constexpr auto kBase64 = base64_values();

std::uint8_t value_of(const std::array<std::uint8_t, 256>& values, char symbol) {
  return values[static_cast<unsigned char>(symbol)];
}

tl::unexpected<std::string> wrong(std::size_t at, std::string_view not_what) {
  return tl::unexpected<std::string>("is not " + std::string(not_what) + " at byte " +
                                     std::to_string(at + 1));
}

}  // namespace

void append_hex(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t at = out.size();
  out.resize(at + 2 * bytes.size());
  char* to = out.data() + at;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = kDigits[byte >> 4U];
    *to++ = kDigits[byte & 0xfU];
  }
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = out.size();
  out.resize(at + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + at;
  const auto byte = [bytes](std::size_t i) -> unsigned {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    *to++ = kDigits[group >> 18U];
    *to++ = kDigits[group >> 12U & 0x3fU];
    *to++ = i + 1 < bytes.size() ? kDigits[group >> 6U & 0x3fU] : '=';
    *to++ = i + 2 < bytes.size() ? kDigits[group & 0x3fU] : '=';
  }
}

std::string base64_of(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

Decoded decode_hex(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 2);
  int high = -1;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ' ' || text[at] == '\t') continue;
    const std::uint8_t value = value_of(kHex, text[at]);
    if (value == kNone) return wrong(at, "hexadecimal");
    if (high < 0) {
      high = value;
    } else {
      bytes.push_back(static_cast<char>(high * 16 + value));
      high = -1;
    }
  }
  if (high >= 0) return tl::unexpected<std::string>("has an odd number of hexadecimal digits");
  return bytes;
}

Decoded decode_base64(std::string_view text) {
  std::size_t length = text.size();
  for (int padding = 0; padding < 2 && length > 0 && text[length - 1] == '='; ++padding) --length;
  const bool padded = length != text.size();
  // RFC 4648 section 4: padding fills the last group of four, and a group of one holds no byte.
  if (length % 4 == 1 || (padded && text.size() % 4 != 0)) {
    return tl::unexpected<std::string>("is not base64: it is cut short");
  }
  std::string bytes;
  bytes.reserve(length / 4 * 3 + 2);
  std::uint32_t group = 0;
  int bits = 0;
  for (std::size_t at = 0; at < length; ++at) {
    const std::uint8_t value = value_of(kBase64, text[at]);
    if (value == kNone) return wrong(at, "base64");
    group = group << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(group >> bits & 0xff));
    }
  }
  // RFC 4648 section 3.5: bits that belong to no byte are zero, or the text was damaged.
  if ((group & ((1U << bits) - 1)) != 0) return wrong(length - 1, "base64");
  return bytes;
}

}  // namespace wscope
