#include "dialect/typed_call.h"

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "base/json_parts.h"
#include "base/json_scanner.h"
#include "dialect/json_slice.h"

namespace wscope::dialect {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kBehindQuote = " \t\r\n{[";  // "my event"{} leaves no doubt
constexpr std::size_t kMostShown = 60;                  // bytes, in an error
constexpr const char* kHintOfText = R"(a text that looks like JSON stands in quotes: "{x} \"y\"")";
constexpr const char* kHintOfName =
    R"(blanks stand before the arguments; a name with quotes in it: "my \"event\"")";

std::string shown(std::string_view text) { return printable(text, kMostShown); }

bool is_bracket(char c) { return c == '{' || c == '['; }

bool begins_json(std::string_view text) { return is_bracket(text.front()) || text.front() == '"'; }

std::size_t blank_from(std::string_view text, std::size_t at) {
  return std::min(text.find_first_of(kBlanks, at), text.size());
}

tl::unexpected<Error> no_name(std::string_view text) {
  return fail(Stage::kInput, shown(text) + " is no name: not sent", kHintOfName);
}

}  // namespace

Error not_json(std::string_view text, std::string hint) {
  JsonScanner scanner;
  const bool cut = scanner.feed(text) == text.size();
  const std::string why = cut ? "it ends too early" : "expected " + std::string(scanner.expected());
  return {Stage::kInput, shown(text) + " is not JSON: " + why + ": not sent", std::move(hint), {}};
}

Result<TypedCall> typed_call(std::string_view text) {
  TypedCall call;
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (text.empty() || is_bracket(text.front())) return call;
  if (text.front() == '"') {
    const auto quoted = leading_value(text);
    const auto behind = text.substr(quoted.size(), 1);
    if (!is_json(quoted)) return fail(not_json(quoted, "a quote ends the name, too"));
    if (behind.find_first_not_of(kBehindQuote) != behind.npos) return no_name(text);
  } else if (const auto word = text.substr(0, blank_from(text, 0)); word.find('"') != word.npos) {
    return no_name(word);
  }
  call.name = take_name(text);
  auto arguments = typed_arguments(text);
  if (!arguments) return fail(std::move(arguments.error()));
  call.arguments = std::move(*arguments);
  return call;
}

Result<std::vector<std::string>> typed_arguments(std::string_view text) {
  const auto from = text.find_first_not_of(kBlanks);
  if (from == text.npos) return {};
  text = text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
  std::vector<std::string> values;
  std::string_view slip;
  for (std::size_t at = 0; at < text.size();) {
    const auto value = leading_value(text.substr(at));
    const auto end = blank_from(text, at + value.size());
    const auto word = text.substr(at, end - at);
    // Values stand apart, so that "12:30" and "5,6" stay text.
    if (word.size() == value.size() && is_json(value)) {
      values.emplace_back(value);
    } else if (!begins_json(word)) {
      return std::vector{json_quoted(text)};
    } else if (slip.empty()) {
      slip = word;
    }
    at = std::min(text.find_first_not_of(kBlanks, end), text.size());
  }
  if (!slip.empty()) return fail(not_json(slip, kHintOfText));
  return values;
}

}  // namespace wscope::dialect
