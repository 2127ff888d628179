#include "input/script_operands.h"

#include <re2/re2.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "base/escape.h"
#include "base/json_scanner.h"
#include "input/json_value.h"
#include "input/script_template.h"

namespace wscope::input {
namespace {

using Kind = ScriptStatement::Kind;
using Pattern = ScriptPattern::Kind;

constexpr std::size_t kShown = 100;  // bytes of the script that an error quotes

/// What stands in for every value while a template is judged: valid in JSON, text and expressions.
Expanded stand_in(const ScriptReference&) { return "0"; }

bool is_modifier(std::string_view word) {
  return word == "within" || word == "for" || word == "as";
}

}  // namespace

bool has_references(std::string_view text) { return text.find('$') != std::string_view::npos; }

Result<std::string> ScriptOperands::text_or_quoted(ScriptWords& words) const {
  if (words.at_end() || words.peek().front() != '"') return std::string(words.take_rest());
  auto text = words.quoted();
  if (text && words.at_end()) return std::move(*text);
  return wrong("the quoted text is not well-formed",
               "it is written as one JSON string; JSON itself is written behind json");
}

Result<std::string> ScriptOperands::word_or_quoted(ScriptWords& words) const {
  if (words.at_end()) return wrong("something is missing at the end");
  if (words.peek().front() != '"') return std::string(words.word());
  auto text = words.quoted();
  if (!text) return wrong("the quoted text is not well-formed", "it is written as a JSON string");
  return std::move(*text);
}

// JSON may take several lines: they are read until its brackets balance.
Result<std::string> ScriptOperands::json(ScriptWords& words, std::string& behind) {
  std::string text(words.take_rest());
  if (text.empty()) return wrong("no JSON behind json");
  JsonExtent extent;
  std::optional<std::size_t> size = extent.find(text);
  std::string_view line;
  while (!size && lines_.next(line)) {
    text.append("\n").append(line);
    size = extent.find(text);
  }
  if (!size) return wrong("the JSON that begins here does not end");
  behind = text.substr(*size);
  text.resize(*size);
  const auto sample = expand(text, TemplateStyle::kJson, stand_in);
  if (!sample) return wrong(sample.error().message);
  JsonScanner scanner;
  const std::size_t taken = scanner.feed(*sample);
  scanner.finish();
  if (taken == sample->size() && scanner.state() == JsonScanner::State::kComplete) return text;
  return wrong("not JSON: expected " + std::string(scanner.expected()) + " at " +
                   script_quote(sample->substr(taken), 20),
               "TEXT alone is sent as it stands");
}

Result<std::string> ScriptOperands::hex(ScriptWords& words) const {
  std::string digits;
  while (!words.at_end()) {
    const std::string_view next = words.peek();
    if (is_modifier(next)) break;
    if (has_references(digits)) digits += ' ';  // else the name goes on
    digits.append(words.word());
  }
  if (has_references(digits)) return digits;
  if (const auto bytes = script_bytes(digits); !bytes) return wrong(bytes.error().message);
  return digits;
}

Result<void> ScriptOperands::check_template(const std::string& text) const {
  const auto sample = expand(text, TemplateStyle::kPlain, stand_in);
  if (!sample) return wrong(sample.error().message, "$$ stands for a dollar sign");
  return {};
}

Result<double> ScriptOperands::time(std::string_view word) const {
  if (const auto seconds = script_seconds(word)) return *seconds;
  const std::string most = std::to_string(static_cast<std::uint64_t>(kMostScriptSeconds));
  const std::string what = script_quote(word) + " ";
  if (word.find_first_not_of("0123456789") == std::string_view::npos) {
    return wrong(what + "is more than " + most + " seconds");
  }
  return wrong(what + "is no number of seconds", "digits, as 2 or 0.5; at most " + most);
}

Result<ScriptCloseCode> ScriptOperands::close_code(std::string_view word) const {
  ScriptCloseCode close;
  if (has_references(word)) {
    close.value = word;
    if (auto checked = check_template(close.value); !checked) return fail(checked.error());
    return close;
  }
  const auto number = script_close_code(word);
  if (!number) return wrong(number.error().message);
  close.number = *number;
  return close;
}

Result<void> ScriptOperands::pattern(ScriptWords& words, ScriptStatement& statement) {
  ScriptPattern& pattern = statement.pattern;
  const std::string_view first = words.peek();
  if (first.front() == '/') {
    if (auto parsed = regex(words, pattern); !parsed) return parsed;
  } else if (first == "json") {
    words.word();
    pattern.kind = Pattern::kJson;
    std::string behind;
    auto text = json(words, behind);
    if (!text) return fail(std::move(text.error()));
    pattern.text = std::move(*text);
    // A number that no value can hold would fail each time, whatever comes.
    const auto sample = expand(*pattern.text, TemplateStyle::kJson, stand_in);
    if (auto fault = json_value_fault(*sample)) return wrong("the JSON expected " + *fault);
    ScriptWords rest(behind);
    return modifiers(rest, statement);
  } else if (first == "binary" || first == "hex") {
    words.word();
    pattern.kind = Pattern::kBinary;
    auto digits = hex(words);
    if (!digits) return fail(std::move(digits.error()));
    if (!digits->empty()) pattern.text = std::move(*digits);
  } else if (first == "file") {
    words.word();
    pattern.kind = Pattern::kFile;
    auto path = word_or_quoted(words);
    if (!path) return fail(std::move(path.error()));
    pattern.text = std::move(*path);
  } else if (first == "any") {
    words.word();
  } else if (first == "ping" || first == "pong") {
    pattern.kind = words.word() == "ping" ? Pattern::kPing : Pattern::kPong;
    const std::string_view next = words.peek();
    if (!next.empty() && !is_modifier(next)) {
      auto data = word_or_quoted(words);
      if (!data) return fail(std::move(data.error()));
      pattern.text = std::move(*data);
    }
  } else if (first == "close") {
    words.word();
    if (auto parsed = close_pattern(words, pattern); !parsed) return parsed;
  } else {
    if (words.take("text") && words.at_end()) {
      return wrong("nothing behind text", "the word itself is expected with: expect \"text\"");
    }
    pattern.kind = Pattern::kText;
    if (!words.at_end() && words.peek().front() != '"') {
      pattern.text.emplace();
      return bare_text(words, statement, *pattern.text);
    }
    auto text = words.quoted();
    if (!text) return wrong("the quoted text is not well-formed", "it is written as a JSON string");
    pattern.text = std::move(*text);
  }
  return modifiers(words, statement);
}

Result<void> ScriptOperands::close_pattern(ScriptWords& words, ScriptPattern& pattern) const {
  pattern.kind = Pattern::kClose;
  std::string_view next = words.peek();
  if (next.empty() || is_modifier(next)) return {};
  auto code = close_code(words.word());
  if (!code) return fail(std::move(code.error()));
  pattern.code = std::move(*code);
  next = words.peek();
  if (next.empty() || is_modifier(next)) return {};
  auto reason = word_or_quoted(words);
  if (!reason) return fail(std::move(reason.error()));
  pattern.text = std::move(*reason);
  return {};
}

Result<void> ScriptOperands::modifiers(ScriptWords& words, ScriptStatement& statement) const {
  const bool is_absence = statement.kind == Kind::kNotExpect;
  while (!words.at_end()) {
    const std::string word(words.word());
    if (word == (is_absence ? "for" : "within")) {
      if (words.at_end()) return wrong(word + " needs a number of seconds");
      const auto seconds = time(words.word());
      if (!seconds) return fail(seconds.error());
      statement.seconds = *seconds;
    } else if (word == "as" && !is_absence) {
      statement.name = words.word();
      if (!is_script_name(statement.name))
        return wrong(script_quote(statement.name) + " is no name");
    } else {
      return wrong(script_quote(word) + " does not belong behind the pattern");
    }
  }
  return {};
}

// Bare text goes to the end of its line, so what looks like a modifier there is a trap.
Result<void> ScriptOperands::bare_text(ScriptWords& words, const ScriptStatement& statement,
                                       std::string& text) const {
  text = words.take_rest();
  const std::string word = statement.kind == Kind::kNotExpect ? "for" : "within";
  const std::size_t at = text.rfind(" " + word + " ");
  if (at == std::string::npos) return {};
  if (!script_seconds(std::string_view(text).substr(at + word.size() + 2))) return {};
  return wrong("is " + script_quote(text.substr(at + 1)) + " part of the text?",
               "quote the text: \"" + printable(text.substr(0, at), kShown) + "\"" +
                   printable(text.substr(at), kShown));
}

Result<void> ScriptOperands::regex(ScriptWords& words, ScriptPattern& pattern) const {
  pattern.kind = Pattern::kRegex;
  pattern.text.emplace();
  if (!words.slashed(*pattern.text, pattern.flags)) {
    return wrong("the regular expression has no closing /",
                 "a text that begins with / is written with text or in quotes");
  }
  if (pattern.flags.find_first_not_of("is") != std::string::npos) {
    return wrong(
        script_quote(pattern.flags) + " behind the regular expression: only i and s are known",
        "a / within it is written \\/");
  }
  const auto sample = expand(*pattern.text, TemplateStyle::kRegex, stand_in);
  if (!sample) return wrong(sample.error().message);
  const re2::RE2 compiled(*sample, re2::RE2::Quiet);
  if (!compiled.ok()) {
    return wrong(
        "/" + printable(*pattern.text, kShown) + "/: " + printable(compiled.error(), kShown),
        "the syntax is RE2's");
  }
  return {};
}

}  // namespace wscope::input
