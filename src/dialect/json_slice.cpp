#include "dialect/json_slice.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_parts.h"

namespace wscope::dialect {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks_before(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

/// Where the string that begins at `at` ends: behind its closing quote, or at the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  return at + leading_value(text.substr(at)).size();
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

}  // namespace

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
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
    const auto end = text[at] == '{' ? end_of_flat_object(text, at) : 0;
    if (end == 0) {
      ++at;
      continue;
    }
    const auto object = text.substr(at, end - at);
    const bool has_key = object.find(quoted) != object.npos;
    if (const auto other = has_key ? replace(object) : std::nullopt) {
      result.append(text, copied, at - copied).append(*other);
      copied = end;
    }
    at = end;
  }
  return result.append(text, copied, text.npos);
}

std::string take_name(std::string_view& text) {
  text = without_blanks_before(text);
  if (!text.empty() && text.front() == '"') {
    const auto quoted = leading_value(text);
    if (auto name = json_text(quoted)) {
      text = without_blanks_before(text.substr(quoted.size()));
      return *name;
    }
  }
  const auto end = std::min(text.find_first_of(kBlanks), text.size());
  std::string name(text.substr(0, end));
  text = without_blanks_before(text.substr(end));
  return name;
}

std::string shown_name(std::string_view name) {
  const bool plain = !name.empty() && name.front() != '{' && name.front() != '[' &&
                     name.find_first_of(" \t\r\n\"\\") == std::string_view::npos;
  return plain ? std::string(name) : json_quoted(name);
}

}  // namespace wscope::dialect
