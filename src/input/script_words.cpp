#include "input/script_words.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/byte_text.h"
#include "base/close_code.h"
#include "base/escape.h"
#include "base/json_parts.h"
#include "base/json_scanner.h"

namespace wscope::input {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Where the quoted string that begins here ends, behind its quote; npos when it does not.
std::size_t end_of_quoted(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

ScriptWords::ScriptWords(std::string_view text) : rest_(trimmed(text)) {}

std::string_view ScriptWords::peek() const { return rest_.substr(0, rest_.find_first_of(kBlanks)); }

std::string_view ScriptWords::word() {
  const std::string_view taken = peek();
  skip(taken.size());
  return taken;
}

bool ScriptWords::take(std::string_view wanted) {
  if (peek() != wanted) return false;
  word();
  return true;
}

std::string_view ScriptWords::take_rest() {
  const std::string_view taken = rest_;
  rest_ = {};
  return taken;
}

void ScriptWords::skip(std::size_t bytes) { rest_ = trimmed(rest_.substr(bytes)); }

std::optional<std::string> ScriptWords::quoted() {
  const std::size_t end = end_of_quoted(rest_);
  if (rest_.empty() || rest_.front() != '"' || end == std::string_view::npos) return std::nullopt;
  const std::string_view text = rest_.substr(0, end);
  JsonScanner scanner;
  scanner.feed(text);
  if (scanner.state() != JsonScanner::State::kComplete) return std::nullopt;
  if (end < rest_.size() && kBlanks.find(rest_[end]) == std::string_view::npos) return std::nullopt;
  auto value = json_string(text);
  if (value) skip(end);
  return value;
}

bool ScriptWords::slashed(std::string& expression, std::string& flags) {
  std::size_t end = 1;
  while (end < rest_.size() && rest_[end] != '/') {
    // The / of ${NAME/POINTER} ends nothing.
    const std::size_t brace =
        rest_.compare(end, 2, "${") == 0 ? rest_.find('}', end) : std::string::npos;
    if (brace != std::string::npos) {
      end = brace + 1;
    } else {
      end += rest_[end] == '\\' || rest_.compare(end, 2, "$$") == 0 ? 2 : 1;
    }
  }
  if (end >= rest_.size()) return false;
  expression = rest_.substr(1, end - 1);
  const std::string_view behind = rest_.substr(end + 1);
  flags = behind.substr(0, behind.find_first_of(kBlanks));
  skip(end + 1 + flags.size());
  return true;
}

std::optional<double> script_seconds(std::string_view word) {
  if (word.empty()) return std::nullopt;
  if (word.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  if (std::count(word.begin(), word.end(), '.') > 1 || word == ".") return std::nullopt;
  const double seconds = std::strtod(std::string(word).c_str(), nullptr);
  if (seconds > kMostScriptSeconds) return std::nullopt;
  return seconds;
}

Result<std::uint16_t> script_close_code(std::string_view word) {
  const auto code = close_code_from_word(word);
  if (!code) return fail(Stage::kUsage, script_quote(word) + " is no close code");
  return *code;
}

Result<std::string> script_bytes(std::string_view digits) {
  auto bytes = decode_hex(digits);
  if (!bytes) return fail(Stage::kUsage, script_quote(digits) + " " + bytes.error());
  return std::move(*bytes);
}

std::string script_quote(std::string_view text, std::size_t limit) {
  return "'" + printable(text, limit) + "'";
}

std::optional<std::size_t> JsonExtent::find(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (text.front() != '{' && text.front() != '[' && text.front() != '"') {
    return std::min(text.find_first_of(" \t\n"), text.size());
  }
  for (; at_ < text.size(); ++at_) {
    const char c = text[at_];
    if (quoted_) {
      if (c == '\\') ++at_;
      if (c == '"') quoted_ = false;
    } else {
      // ${NAME} in JSON has a bracket of its own, which balances.
      if (c == '"') quoted_ = true;
      if (c == '{' || c == '[') ++open_;
      if ((c == '}' || c == ']') && open_ > 0) --open_;
    }
    if (open_ == 0 && !quoted_) return at_ + 1;
  }
  return std::nullopt;
}

}  // namespace wscope::input
