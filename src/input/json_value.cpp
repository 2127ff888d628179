#include "input/json_value.h"

#include <nlohmann/json.hpp>

#include "base/json_scanner.h"

namespace wscope::input {

bool nested_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMostJsonDepth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::optional<std::string> json_value_fault(std::string_view text) {
  if (!is_json(text)) return "is no JSON";
  if (nested_too_deep(text)) return "is nested deeper than " + std::to_string(kMostJsonDepth);
  try {
    [[maybe_unused]] const auto value = nlohmann::json::parse(text);
  } catch (const nlohmann::json::out_of_range&) {
    return "holds a number that is too large";
  } catch (const nlohmann::json::parse_error&) {
    // All that the grammar allows and the library does not take: a lone \ud800.
    return "holds half a surrogate pair";
  }
  return std::nullopt;
}

}  // namespace wscope::input
