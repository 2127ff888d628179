// ScriptOperands: what statements of a script are made of: texts, JSON, digits, times, patterns.
//
// Each function takes from the words what it names and judges it as far as that can be done before
// the values are known; errors name the statement's line. JSON may take further lines. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "input/script.h"
#include "input/script_lines.h"
#include "input/script_words.h"

namespace wscope::input {

/// Whether values stand in the text.
bool has_references(std::string_view text);

class ScriptOperands {
 public:
  /// `lines` must outlive it.
  explicit ScriptOperands(ScriptLines& lines) : lines_(lines) {}

  /// The rest of the line, or one JSON string.
  Result<std::string> text_or_quoted(ScriptWords& words) const;
  /// `behind`: what stands after the value in its last line.
  Result<std::string> json(ScriptWords& words, std::string& behind);
  /// Hexadecimal digits without blanks; not yet judged where values stand in them.
  Result<std::string> hex(ScriptWords& words) const;
  Result<double> time(std::string_view word) const;
  Result<ScriptCloseCode> close_code(std::string_view word) const;
  /// What a message must be like, and `within`, `for` and `as` behind it.
  Result<void> pattern(ScriptWords& words, ScriptStatement& statement);
  Result<void> modifiers(ScriptWords& words, ScriptStatement& statement) const;
  /// Whether references in it are well-formed.
  Result<void> check_template(const std::string& text) const;

 private:
  tl::unexpected<Error> wrong(std::string message, std::string hint = {}) const {
    return lines_.wrong(std::move(message), std::move(hint));
  }
  Result<void> close_pattern(ScriptWords& words, ScriptPattern& pattern) const;
  Result<void> bare_text(ScriptWords& words, const ScriptStatement& statement,
                         std::string& text) const;
  Result<void> regex(ScriptWords& words, ScriptPattern& pattern) const;
  Result<std::string> word_or_quoted(ScriptWords& words) const;

  ScriptLines& lines_;
};

}  // namespace wscope::input
