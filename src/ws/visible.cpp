#include "ws/visible.h"

#include <algorithm>
#include <cstdint>

namespace wscope::ws {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

/// Length of the well-formed UTF-8 sequence at the front (RFC 3629 section 4), 0 for none.
std::size_t sequence_length(std::string_view bytes, std::uint32_t& code_point) {
  const std::uint8_t lead = byte_at(bytes, 0);
  std::size_t length = 0;
  std::uint32_t smallest = 0;
  if (lead < 0x80) {
    code_point = lead;
    return 1;
  }
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
    smallest = 0x80;
    code_point = lead & 0x1fU;
  } else if ((lead & 0xf0U) == 0xe0) {
    length = 3;
    smallest = 0x800;
    code_point = lead & 0x0fU;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    smallest = 0x10000;
    code_point = lead & 0x07U;
  } else {
    return 0;
  }
  if (bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(bytes, i) & 0xc0U) != 0x80) return 0;
    code_point = (code_point << 6U) | (byte_at(bytes, i) & 0x3fU);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  return code_point < smallest || code_point > 0x10ffff || surrogate ? 0 : length;
}

bool drives_a_terminal(std::uint32_t code_point) {
  if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0)) return true;
  if (code_point == 0x061c || code_point == 0x200e || code_point == 0x200f) return true;  // marks
  return (code_point >= 0x2028 && code_point <= 0x202e) ||  // separators, embeddings, overrides
         (code_point >= 0x2066 && code_point <= 0x2069);    // isolates
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += "\\x";
    out += kDigits[byte_at(bytes, i) >> 4U];
    out += kDigits[byte_at(bytes, i) & 0x0fU];
  }
}

/// Appends the character at the front, escaped where it must be; returns its bytes.
std::size_t append_character(std::string& out, std::string_view bytes) {
  std::uint32_t code_point = 0;
  const std::size_t length = sequence_length(bytes, code_point);
  if (length == 0) {
    append_hex(out, bytes.substr(0, 1));
    return 1;
  }
  if (drives_a_terminal(code_point)) {
    append_hex(out, bytes.substr(0, length));
  } else {
    out += bytes.substr(0, length);
  }
  return length;
}

char c_escape(char c) {
  switch (c) {
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '"':
    case '\\':
      return c;
    default:
      return '\0';
  }
}

}  // namespace

std::string visible(std::string_view bytes, std::size_t limit) {
  std::string out;
  out.reserve(std::min(bytes.size(), limit));
  std::size_t shown = 0;
  while (shown < bytes.size() && shown < limit) {
    if (bytes[shown] == '\n' || bytes[shown] == '\t') {
      out += bytes[shown++];
    } else {
      shown += append_character(out, bytes.substr(shown));
    }
  }
  if (shown < bytes.size()) out += "…";
  return out;
}

std::string quoted(std::string_view bytes, std::size_t limit) {
  std::string out = "\"";
  std::size_t shown = 0;
  while (shown < bytes.size() && shown < limit) {
    if (const char letter = c_escape(bytes[shown]); letter != '\0') {
      out += '\\';
      out += letter;
      ++shown;
    } else {
      shown += append_character(out, bytes.substr(shown));
    }
  }
  if (shown < bytes.size()) out += "…";
  return out + "\"";
}

}  // namespace wscope::ws
