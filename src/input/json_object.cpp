#include "input/json_object.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/ascii.h"
#include "base/json_scanner.h"

namespace wscope::input {
namespace {

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

/// The one value that `text` begins with; the object around it is valid already.
std::string_view take_value(std::string_view& text) {
  skip_blanks(text);
  // A number in an object ends with ',' or '}', which the scanner takes for an error.
  const bool scalar = text.front() != '"' && text.front() != '{' && text.front() != '[';
  JsonScanner scanner;
  const std::size_t size =
      scalar ? std::min(text.find_first_of(",} \t\r\n"), text.size()) : scanner.feed(text);
  const std::string_view value = text.substr(0, size);
  text.remove_prefix(size);
  skip_blanks(text);
  return value;
}

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char digit : digits.substr(0, 4)) {
    value = value << 4 | static_cast<std::uint32_t>(hex_value(digit));
  }
  return value;
}

void append_utf8(std::string& text, std::uint32_t point) {
  const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xc0 | point >> 6);
  } else {
    if (point < 0x10000) {
      add(0xe0 | point >> 12);
    } else {
      add(0xf0 | point >> 18);
      add(0x80 | (point >> 12 & 0x3f));
    }
    add(0x80 | (point >> 6 & 0x3f));
  }
  add(0x80 | (point & 0x3f));
}

/// RFC 8259 section 7; `text` begins behind "\u". False: half a surrogate pair.
bool take_point(std::string_view& text, std::string& decoded) {
  std::uint32_t point = hex4(text);
  text.remove_prefix(4);
  if (point >= 0xdc00 && point < 0xe000) return false;
  if (point >= 0xd800 && point < 0xdc00) {
    if (text.substr(0, 2) != "\\u") return false;
    const std::uint32_t low = hex4(text.substr(2));
    if (low < 0xdc00 || low >= 0xe000) return false;
    text.remove_prefix(6);
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(decoded, point);
  return true;
}

}  // namespace

std::optional<std::vector<JsonMember>> json_members(std::string_view object) {
  skip_blanks(object);
  JsonScanner scanner;
  std::string_view rest = object.substr(scanner.feed(object));
  skip_blanks(rest);
  const bool whole = scanner.state() == JsonScanner::State::kComplete && rest.empty();
  if (!whole || object.front() != '{') return std::nullopt;
  object.remove_prefix(1);
  skip_blanks(object);
  std::vector<JsonMember> members;
  while (object.front() != '}') {
    if (object.front() == ',') object.remove_prefix(1);
    auto name = json_string(take_value(object));
    if (!name) return std::nullopt;
    object.remove_prefix(1);  // ':'
    members.push_back({std::move(*name), take_value(object)});
  }
  return members;
}

std::optional<std::string> json_string(std::string_view quoted) {
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kBytes = "\b\f\n\r\t";
  std::string decoded;
  quoted = quoted.substr(1, quoted.size() - 2);
  while (!quoted.empty()) {
    const std::size_t plain = std::min(quoted.find('\\'), quoted.size());
    decoded.append(quoted.substr(0, plain));
    quoted.remove_prefix(plain);
    if (quoted.empty()) break;
    const char escape = quoted[1];
    quoted.remove_prefix(2);
    if (escape == 'u') {
      if (!take_point(quoted, decoded)) return std::nullopt;
    } else {
      const std::size_t named = kNames.find(escape);
      decoded += named == std::string_view::npos ? escape : kBytes[named];
    }
  }
  return decoded;
}

}  // namespace wscope::input
