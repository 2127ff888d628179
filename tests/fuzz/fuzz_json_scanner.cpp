// Bytes → a JSON value: the verdict of nlohmann's parser, however the bytes are cut, and what a
// member's text and a string's escapes mean.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json_parts.h"
#include "base/json_scanner.h"
#include "base/utf8.h"

namespace {

using wscope::JsonScanner;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Exactly one value with nothing but white space around it.
bool accepts(std::string_view text, std::size_t cut) {
  JsonScanner scanner;
  std::size_t taken = scanner.feed(text.substr(0, cut));
  if (taken == cut) taken += scanner.feed(text.substr(cut));
  scanner.finish();
  return scanner.state() == JsonScanner::State::kComplete &&
         text.find_first_not_of(" \t\r\n", taken) == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool accepted = accepts(text, text.size());
  require(accepts(text, data[0] % (text.size() + 1)) == accepted);
  // The parser checks UTF-8 and surrogates too, knows a byte order mark, takes NUL for the end and
  // runs out of doubles.
  if (!wscope::is_valid_utf8(text) || text.substr(0, 1) == "\xef") return 0;
  if (text.find('\0') != std::string_view::npos) return 0;
  const bool escapes = text.find("\\u") != std::string_view::npos;
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_discarded()) require(accepted);
  const bool may_overflow = text.find_first_of("eE") != std::string_view::npos || size > 300;
  if (accepted) require(!parsed.is_discarded() || escapes || may_overflow);
  const auto members = wscope::json_members(text);
  if (!parsed.is_object()) {
    require(!members || escapes || parsed.is_discarded());
    return 0;
  }
  require(members.has_value());
  for (const auto& member : *members) {
    require(parsed.contains(member.name));
    const auto value = nlohmann::json::parse(member.value, nullptr, false);
    require(!value.is_discarded());
    if (value.is_string()) {
      require(wscope::json_string(member.value) == value.get<std::string>());
    }
  }
  return 0;
}
