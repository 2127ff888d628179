#include "base/json_parts.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/json_scanner.h"

namespace wscope {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

/// Where the string that begins at `at` ends: behind its closing quote, or at the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

/// Where the value that begins at `at` ends; of valid JSON, or where a value would have to end.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      if (depth == 0) return at;
      continue;
    }
    if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == ',' || c == ':' || kBlanks.find(c) != kBlanks.npos)) {
      return at;
    }
    ++at;
  }
  return at;
}

/// Calls `take(value)` for each value between the brackets of valid JSON.
template <class Take>
void each_value(std::string_view text, Take take) {
  text = trimmed(text);
  std::size_t at = 1;
  while (true) {
    at = text.find_first_not_of(" \t\r\n,:", at);
    if (at == std::string_view::npos || at + 1 >= text.size()) return;
    const auto end = end_of_value(text, at);
    take(text.substr(at, end - at));
    at = end;
  }
}

bool begins_with(std::string_view text, char first) {
  text = trimmed(text);
  return !text.empty() && text.front() == first;
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

/// RFC 8259 section 7; `text` begins behind "\u". Nothing: half a surrogate pair, which alone is
/// passed over.
std::optional<std::uint32_t> take_point(std::string_view& text) {
  const std::uint32_t point = hex4(text);
  text.remove_prefix(4);
  if (point < 0xd800 || point >= 0xe000) return point;
  if (point >= 0xdc00 || text.substr(0, 2) != "\\u") return std::nullopt;
  const std::uint32_t low = hex4(text.substr(2));
  if (low < 0xdc00 || low >= 0xe000) return std::nullopt;
  text.remove_prefix(6);
  return 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
}

/// Of a valid string; `half` stands for half a pair, and nothing in its place makes nothing of all.
std::optional<std::string> decoded(std::string_view quoted, std::optional<std::string_view> half) {
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kBytes = "\b\f\n\r\t";
  std::string text;
  quoted = quoted.substr(1, quoted.size() - 2);
  while (!quoted.empty()) {
    const std::size_t plain = std::min(quoted.find('\\'), quoted.size());
    text.append(quoted.substr(0, plain));
    quoted.remove_prefix(plain);
    if (quoted.empty()) break;
    const char escape = quoted[1];
    quoted.remove_prefix(2);
    if (escape == 'u') {
      const auto point = take_point(quoted);
      if (!point && !half) return std::nullopt;
      if (point) {
        append_utf8(text, *point);
      } else {
        text.append(*half);
      }
    } else {
      const std::size_t named = kNames.find(escape);
      text += named == std::string_view::npos ? escape : kBytes[named];
    }
  }
  return text;
}

/// The string that `value` is, without blanks around it; empty: it is none.
std::string_view as_string(std::string_view value) {
  value = trimmed(value);
  return begins_with(value, '"') && is_json(value) ? value : std::string_view();
}

}  // namespace

std::optional<std::vector<std::string_view>> json_elements(std::string_view text,
                                                           std::size_t most) {
  if (!begins_with(text, '[') || !is_json(text)) return std::nullopt;
  std::vector<std::string_view> elements;
  bool more = false;
  each_value(text, [&](std::string_view value) {
    more = elements.size() == most;
    if (!more) elements.push_back(value);
  });
  if (more) return std::nullopt;
  return elements;
}

bool each_element(std::string_view text, const std::function<void(std::string_view)>& take) {
  if (!begins_with(text, '[') || !is_json(text)) return false;
  each_value(text, take);
  return true;
}

std::optional<JsonMembers> json_members(std::string_view text, std::size_t most) {
  if (!begins_with(text, '{') || !is_json(text)) return std::nullopt;
  JsonMembers members;
  std::optional<std::string> name;
  bool more = false;
  each_value(text, [&](std::string_view value) {
    more = more || members.size() == most;
    if (more) return;
    if (!name) {
      name = decoded(value, kReplacement);
    } else {
      members.push_back({std::move(*name), value});
      name.reset();
    }
  });
  if (more) return std::nullopt;
  return members;
}

std::string_view json_member(const JsonMembers& members, std::string_view name) {
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [&](const JsonMember& member) { return member.name == name; });
  return found == members.rend() ? std::string_view() : found->value;
}

std::string_view leading_value(std::string_view text) {
  return text.substr(0, end_of_value(text, 0));
}

std::optional<std::string> json_string(std::string_view value) {
  const std::string_view quoted = as_string(value);
  return quoted.empty() ? std::nullopt : decoded(quoted, std::nullopt);
}

std::optional<std::string> json_text(std::string_view value) {
  const std::string_view quoted = as_string(value);
  return quoted.empty() ? std::nullopt : decoded(quoted, kReplacement);
}

}  // namespace wscope
