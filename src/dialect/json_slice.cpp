#include "dialect/json_slice.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/json_scanner.h"

namespace wscope::dialect {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

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

/// Where the flat object that begins at `at` ends; 0 when it holds another object or an array.
std::size_t end_of_flat_object(std::string_view text, std::size_t at) {
  for (++at; at < text.size();) {
    if (text[at] == '}') return at + 1;
    if (text[at] == '{' || text[at] == '[') return 0;
    at = text[at] == '"' ? end_of_string(text, at) : at + 1;
  }
  return 0;
}

/// The high half of a surrogate pair, or the low one: what its six characters begin with.
bool is_half(std::string_view escape, std::string_view third) {
  return escape.size() >= 6 && escape.substr(0, 2) == "\\u" && to_lower(escape[2]) == 'd' &&
         third.find(to_lower(escape[3])) != std::string_view::npos;
}

/// Of a JSON string: each half of a surrogate pair that stands alone is \ufffd.
std::string with_whole_pairs(std::string_view quoted) {
  std::string whole;
  while (!quoted.empty()) {
    std::size_t size = std::max<std::size_t>(std::min(quoted.find('\\'), quoted.size()), 1);
    if (quoted.front() == '\\') {
      size = quoted[1] == 'u' ? 6 : 2;
      const bool high = is_half(quoted, "89ab");
      if (high && is_half(quoted.substr(6), "cdef")) {
        size = 12;
      } else if (high || is_half(quoted, "cdef")) {
        whole += "\\ufffd";
        quoted.remove_prefix(6);
        continue;
      }
    }
    whole += quoted.substr(0, size);
    quoted.remove_prefix(size);
  }
  return whole;
}

bool begins_with(std::string_view text, char first) {
  text = trimmed(text);
  return !text.empty() && text.front() == first;
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

std::optional<JsonMembers> json_members(std::string_view text) {
  if (!begins_with(text, '{') || !is_json(text)) return std::nullopt;
  JsonMembers members;
  std::optional<std::string> name;
  bool more = false;
  each_value(text, [&](std::string_view value) {
    more = more || members.size() == kMostMembers;
    if (more) return;
    if (!name) {
      name = json_text(value).value_or(std::string());
    } else {
      members.emplace_back(std::move(*name), value);
      name.reset();
    }
  });
  if (more) return std::nullopt;
  return members;
}

std::string_view json_member(const JsonMembers& members, std::string_view name) {
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [&](const auto& member) { return member.first == name; });
  return found == members.rend() ? std::string_view() : found->second;
}

std::optional<std::string> json_text(std::string_view quoted) {
  quoted = trimmed(quoted);
  if (quoted.empty() || quoted.front() != '"' || !is_json(quoted)) return std::nullopt;
  const auto value = nlohmann::json::parse(with_whole_pairs(quoted), nullptr, false);
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view leading_value(std::string_view text) {
  return text.substr(0, end_of_value(text, 0));
}

std::string json_array(const std::vector<std::string>& values) {
  std::string array = "[";
  for (const auto& value : values) {
    if (array.size() > 1) array += ',';
    array += value;
  }
  return array + "]";
}

std::string replace_flat_objects(
    std::string_view text, std::string_view key,
    const std::function<std::optional<std::string>(std::string_view)>& replace) {
  const std::string quoted = "\"" + std::string(key) + "\"";
  std::string result;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = end_of_string(text, at);
      continue;
    }
    const auto inside = text[at] == '{' ? text.find_first_not_of(kBlanks, at + 1) : text.npos;
    if (inside == text.npos || text.compare(inside, quoted.size(), quoted) != 0) {
      ++at;
      continue;
    }
    const auto end = end_of_flat_object(text, at);
    const auto other = end == 0 ? std::nullopt : replace(text.substr(at, end - at));
    if (!other) {
      ++at;
      continue;
    }
    result.append(text, copied, at - copied).append(*other);
    at = copied = end;
  }
  return result.append(text, copied, text.npos);
}

std::string take_name(std::string_view& text) {
  text = trimmed(text);
  if (begins_with(text, '"')) {
    const auto end = end_of_string(text, 0);
    if (auto name = json_text(text.substr(0, end))) {
      text = trimmed(text.substr(end));
      return *name;
    }
  }
  const auto end = std::min(text.find_first_of(kBlanks), text.size());
  std::string name(text.substr(0, end));
  text = trimmed(text.substr(end));
  return name;
}

std::string shown_name(std::string_view name) {
  const bool plain = !name.empty() && name.front() != '{' && name.front() != '[' &&
                     name.find_first_of(" \t\r\n\"\\") == std::string_view::npos;
  return plain ? std::string(name) : json_quoted(name);
}

}  // namespace wscope::dialect
