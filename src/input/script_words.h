// ScriptWords: one statement of a script → its words, quoted strings and the rest.
//
// A cursor over the text, which it does not own; blanks are spaces and tabs. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::input {

class ScriptWords {
 public:
  explicit ScriptWords(std::string_view text);

  bool at_end() const { return rest_.empty(); }
  /// The next word, which stays; empty at the end.
  std::string_view peek() const;
  std::string_view word();
  /// Takes the next word when it is this one.
  bool take(std::string_view wanted);
  /// All that is left, without blanks around it.
  std::string_view rest() const { return rest_; }
  std::string_view take_rest();
  /// The value of the JSON string that begins here; nothing when it is none.
  std::optional<std::string> quoted();
  /// The text between slashes that begins here, and the letters behind it.
  bool slashed(std::string& expression, std::string& flags);
  /// Passes over so many bytes and the blanks behind them.
  void skip(std::size_t bytes);

 private:
  std::string_view rest_;
};

constexpr double kMostScriptSeconds = 1e9;

/// "2", "0.5"; nothing for anything else, and for more than kMostScriptSeconds.
std::optional<double> script_seconds(std::string_view word);

/// Stage::kUsage, "'word' is no close code", and what is wrong with hexadecimal digits.
Result<std::uint16_t> script_close_code(std::string_view word);
Result<std::string> script_bytes(std::string_view digits);

/// 'text', as messages quote a script: in one line, of a long one the beginning.
std::string script_quote(std::string_view text, std::size_t limit = 64);

/// How far the JSON value at the beginning of a text goes that grows line by line, by its brackets
/// and quotes alone (references may stand in it). Each byte is looked at once.
class JsonExtent {
 public:
  /// `text`: what was given last, and more. Nothing while the value is not closed.
  std::optional<std::size_t> find(std::string_view text);

 private:
  std::size_t at_ = 0;  // bytes looked at
  std::size_t open_ = 0;
  bool quoted_ = false;
};

}  // namespace wscope::input
