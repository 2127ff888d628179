#include "input/script_parser.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/byte_text.h"
#include "base/close_code.h"
#include "base/escape.h"
#include "base/json_scanner.h"
#include "base/utf8.h"
#include "input/control_payload.h"
#include "input/json_value.h"
#include "input/script_template.h"
#include "input/script_words.h"

namespace wscope::input {
namespace {

using Kind = ScriptStatement::Kind;
using Pattern = ScriptPattern::Kind;

constexpr std::uint64_t kMostRepeats = 1000000000;
constexpr std::size_t kShown = 100;  // bytes of the script that an error quotes
constexpr std::string_view kPatterns =
    "TEXT, \"QUOTED\", /REGEX/, json JSON, binary HEX, file PATH, any, ping, pong or close";

/// What stands in for every value while a template is judged: valid in JSON, text and expressions.
Expanded stand_in(const ScriptReference&) { return "0"; }

bool has_references(std::string_view text) { return text.find('$') != std::string_view::npos; }

bool is_modifier(std::string_view word) {
  return word == "within" || word == "for" || word == "as";
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file, bool has_url) : text_(text) {
    script_.file = file;
    if (has_url) known_.insert("");
  }

  Result<Script> run();

 private:
  using Rule = Result<void> (Parser::*)(ScriptWords&, ScriptStatement&);
  struct Form {
    std::string_view word;
    Kind kind;
    bool addressed;  // a connection's name may stand before it
    std::string_view form;
    Rule rule;
  };
  static const Form kForms[];

  bool next_line(std::string_view& line);
  Result<void> parse_line(std::string_view line);
  Result<void> add(ScriptStatement statement);
  Result<void> end_block();
  Result<void> address(ScriptStatement& statement, std::optional<std::string> name);
  tl::unexpected<Error> wrong(std::string message, std::string hint = {}) const;
  tl::unexpected<Error> wrong_at(std::size_t line, std::string message, std::string hint) const;

  Result<void> connect(ScriptWords& words, ScriptStatement& statement);
  Result<void> header(ScriptWords& words, ScriptStatement& statement);
  Result<void> send(ScriptWords& words, ScriptStatement& statement);
  Result<void> control(ScriptWords& words, ScriptStatement& statement);
  Result<void> close(ScriptWords& words, ScriptStatement& statement);
  Result<void> expectation(ScriptWords& words, ScriptStatement& statement);
  Result<void> seconds(ScriptWords& words, ScriptStatement& statement);
  Result<void> set(ScriptWords& words, ScriptStatement& statement);
  Result<void> test(ScriptWords& words, ScriptStatement& statement);
  Result<void> repeat(ScriptWords& words, ScriptStatement& statement);
  Result<void> unordered(ScriptWords& words, ScriptStatement& statement);

  Result<void> pattern(ScriptWords& words, ScriptStatement& statement);
  Result<void> close_pattern(ScriptWords& words, ScriptPattern& pattern);
  Result<void> modifiers(ScriptWords& words, ScriptStatement& statement);
  Result<void> bare_text(ScriptWords& words, const ScriptStatement& statement, std::string& text);
  Result<void> regex(ScriptWords& words, ScriptPattern& pattern);
  Result<std::string> text_or_quoted(ScriptWords& words);
  Result<std::string> word_or_quoted(ScriptWords& words);
  Result<std::string> json(ScriptWords& words, std::string& behind);
  Result<std::string> hex(ScriptWords& words);
  Result<double> time(std::string_view word) const;
  Result<void> check_template(const std::string& text) const;
  template <class Place>
  Result<void> close_code(std::string_view word, Place& place) const;

  std::string_view text_;
  Script script_;
  std::size_t line_ = 0;        // of the statement
  std::size_t lines_read_ = 0;  // further, where JSON takes several
  const Form* form_ = nullptr;  // of the statement
  std::set<std::string> known_;
  std::vector<ScriptStatement> open_;
};

const Parser::Form Parser::kForms[] = {
    {"connect", Kind::kConnect, false, "connect [as NAME] URL", &Parser::connect},
    {"header", Kind::kHeader, false, "header NAME: VALUE", &Parser::header},
    {"send", Kind::kSend, true, "send TEXT | json JSON | hex HEX | file PATH", &Parser::send},
    {"ping", Kind::kPing, true, "ping [DATA]", &Parser::control},
    {"pong", Kind::kPong, true, "pong [DATA]", &Parser::control},
    {"close", Kind::kClose, true, "close [CODE [REASON]]", &Parser::close},
    {"expect", Kind::kExpect, true, "expect PATTERN [within S] [as NAME]", &Parser::expectation},
    {"await", Kind::kAwait, true, "await PATTERN [within S] [as NAME]", &Parser::expectation},
    {"not-expect", Kind::kNotExpect, true, "not-expect PATTERN [for S]", &Parser::expectation},
    {"sleep", Kind::kSleep, false, "sleep SECONDS", &Parser::seconds},
    {"timeout", Kind::kTimeout, false, "timeout SECONDS", &Parser::seconds},
    {"set", Kind::kSet, false, "set NAME TEXT", &Parser::set},
    {"test", Kind::kTest, false, "test TITLE", &Parser::test},
    {"repeat", Kind::kRepeat, false, "repeat COUNT [as NAME]", &Parser::repeat},
    {"within", Kind::kWithin, false, "within SECONDS", &Parser::seconds},
    {"unordered", Kind::kUnordered, false, "unordered [within S]", &Parser::unordered},
};

tl::unexpected<Error> Parser::wrong_at(std::size_t line, std::string message,
                                       std::string hint) const {
  return fail(Stage::kUsage, script_.file + ":" + std::to_string(line) + ": " + message,
              std::move(hint));
}

tl::unexpected<Error> Parser::wrong(std::string message, std::string hint) const {
  if (hint.empty() && form_ != nullptr) hint = "the form is: " + std::string(form_->form);
  return wrong_at(line_, std::move(message), std::move(hint));
}

bool Parser::next_line(std::string_view& line) {
  if (text_.empty()) return false;
  const std::size_t end = text_.find('\n');
  line = text_.substr(0, end);
  text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++lines_read_;
  return true;
}

Result<Script> Parser::run() {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::size_t invalid = first_invalid_utf8(text_);
  if (invalid != std::string_view::npos) {
    const std::string_view before = text_.substr(0, invalid);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    return wrong_at(static_cast<std::size_t>(line), "not UTF-8",
                    "bytes are sent with: send hex HEX");
  }
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text_.remove_prefix(kByteOrderMark.size());
  }
  std::string_view line;
  while (next_line(line)) {
    line_ = lines_read_;
    form_ = nullptr;
    if (auto parsed = parse_line(line); !parsed) return fail(std::move(parsed.error()));
  }
  if (!open_.empty()) {
    return wrong_at(open_.back().line, script_quote(open_.back().source) + " has no end",
                    "a line `end` closes it");
  }
  return std::move(script_);
}

Result<void> Parser::parse_line(std::string_view line) {
  ScriptWords words(line);
  if (words.at_end() || words.peek().front() == '#') return {};
  ScriptStatement statement;
  statement.line = line_;
  statement.source = words.rest();
  std::optional<std::string> name;
  if (words.peek().back() == ':') {
    const std::string_view prefix = words.word();
    name = prefix.substr(0, prefix.size() - 1);
  }
  const std::string_view verb = words.word();
  if (verb == "end" && !name) {
    if (!words.at_end()) return wrong(script_quote(words.rest()) + " behind end");
    return end_block();
  }
  for (const Form& form : kForms) {
    if (form.word == verb) form_ = &form;
  }
  if (form_ == nullptr) {
    std::string all = "the statements are:";
    for (const Form& form : kForms) all.append(" ").append(form.word);
    return wrong(
        verb.empty() ? "nothing behind the name" : "unknown statement " + script_quote(verb),
        all + " end");
  }
  statement.kind = form_->kind;
  if (auto addressed = address(statement, std::move(name)); !addressed) return addressed;
  if (auto parsed = (this->*form_->rule)(words, statement); !parsed) return parsed;
  if (!words.at_end()) {
    return wrong(script_quote(words.rest()) + " does not belong behind " + std::string(verb));
  }
  return add(std::move(statement));
}

Result<void> Parser::address(ScriptStatement& statement, std::optional<std::string> name) {
  if (name && !form_->addressed) {
    const std::string hint = statement.kind == Kind::kConnect
                                 ? "write: connect as " + printable(*name, kShown) + " URL"
                                 : std::string();
    return wrong("no connection's name stands before " + std::string(form_->word), hint);
  }
  if (!form_->addressed) return {};
  if (known_.empty()) {
    return wrong("there is no connection yet",
                 "give a URL on the command line, or begin with: connect URL");
  }
  if (!name && known_.count("") == 0 && known_.size() > 1) {
    return wrong("which connection?",
                 "write its name before it: " +
                     printable(*known_.begin() + ": " + statement.source, kShown));
  }
  statement.connection = name ? *name : *known_.begin();
  if (known_.count(statement.connection) == 0) {
    return wrong("no connection is named " + script_quote(*name) + " here",
                 "open it with: connect as NAME URL");
  }
  return {};
}

Result<void> Parser::add(ScriptStatement statement) {
  const bool in_unordered = !open_.empty() && open_.back().kind == Kind::kUnordered;
  if (in_unordered && (statement.kind != Kind::kExpect || statement.seconds)) {
    return wrong("between unordered and end stands only `expect` without `within`",
                 "unordered within S: the time for all of them");
  }
  if (statement.kind == Kind::kTest && !open_.empty()) {
    return wrong("a test can't begin within a block");
  }
  const bool is_block = statement.kind == Kind::kRepeat || statement.kind == Kind::kWithin ||
                        statement.kind == Kind::kUnordered;
  if (is_block) {
    if (open_.size() == kMaxScriptDepth) return wrong("blocks are nested too deep");
    open_.push_back(std::move(statement));
    return {};
  }
  auto& place = open_.empty() ? script_.statements : open_.back().body;
  place.push_back(std::move(statement));
  return {};
}

Result<void> Parser::end_block() {
  if (open_.empty()) return wrong("end without a block");
  ScriptStatement block = std::move(open_.back());
  open_.pop_back();
  auto& place = open_.empty() ? script_.statements : open_.back().body;
  place.push_back(std::move(block));
  return {};
}

Result<void> Parser::connect(ScriptWords& words, ScriptStatement& statement) {
  if (words.take("as")) {
    statement.connection = words.word();
    if (!is_script_name(statement.connection)) {
      return wrong(script_quote(statement.connection) + " is no name",
                   "a name is made of letters, digits and _, and begins with no digit");
    }
  }
  statement.text = words.word();
  if (statement.text.empty()) return wrong("connect where to?");
  known_.insert(statement.connection);
  return check_template(statement.text);
}

Result<void> Parser::header(ScriptWords& words, ScriptStatement& statement) {
  statement.text = words.take_rest();
  const std::size_t colon = statement.text.find(':');
  if (colon == 0 || colon == std::string::npos) return wrong("a header has a name and a colon");
  return check_template(statement.text);
}

Result<void> Parser::send(ScriptWords& words, ScriptStatement& statement) {
  if (words.at_end()) return wrong("nothing to send", "an empty message is: send \"\"");
  Result<std::string> text;
  if (words.take("json")) {
    statement.payload = ScriptPayload::kJson;
    std::string behind;
    text = json(words, behind);
    if (text && !behind.empty()) return wrong(script_quote(behind) + " behind the JSON");
  } else if (words.take("hex") || words.take("binary")) {
    statement.payload = ScriptPayload::kHex;
    text = hex(words);
  } else if (words.take("file")) {
    statement.payload = ScriptPayload::kFile;
    text = text_or_quoted(words);
    if (text && text->empty()) return wrong("which file?");
  } else {
    if (words.take("text") && words.at_end()) {
      return wrong("nothing behind text", "the word itself is sent with: send \"text\"");
    }
    text = text_or_quoted(words);
  }
  if (!text) return fail(std::move(text.error()));
  statement.text = std::move(*text);
  return check_template(statement.text);
}

Result<void> Parser::control(ScriptWords& words, ScriptStatement& statement) {
  auto text = text_or_quoted(words);
  if (!text) return fail(std::move(text.error()));
  statement.text = std::move(*text);
  if (!has_references(statement.text)) {
    if (auto error = check_ping(statement.text)) return wrong(error->message);
  }
  return check_template(statement.text);
}

template <class Place>
Result<void> Parser::close_code(std::string_view word, Place& place) const {
  if (has_references(word)) {
    place.code_value = word;
    return check_template(place.code_value);
  }
  place.code = close_code_from_word(word);
  if (!place.code) return wrong(script_quote(word) + " is no close code");
  return {};
}

Result<void> Parser::close(ScriptWords& words, ScriptStatement& statement) {
  if (!words.at_end()) {
    if (auto parsed = close_code(words.word(), statement); !parsed) return parsed;
  }
  auto reason = text_or_quoted(words);
  if (!reason) return fail(std::move(reason.error()));
  statement.text = std::move(*reason);
  const std::string judged = has_references(statement.text) ? "" : statement.text;
  if (statement.code_value.empty()) {
    if (auto error = check_close(statement.code, judged)) return wrong(error->message);
  }
  return check_template(statement.text);
}

Result<void> Parser::expectation(ScriptWords& words, ScriptStatement& statement) {
  if (words.at_end()) return wrong("what is expected?", "one of " + std::string(kPatterns));
  if (auto parsed = pattern(words, statement); !parsed) return parsed;
  const Pattern kind = statement.pattern.kind;
  const bool is_message =
      kind != Pattern::kPing && kind != Pattern::kPong && kind != Pattern::kClose;
  if (!statement.name.empty() && (!is_message || statement.kind == Kind::kNotExpect)) {
    return wrong("`as` keeps a message that came; there is none");
  }
  return check_template(statement.pattern.text.value_or(""));
}

Result<void> Parser::pattern(ScriptWords& words, ScriptStatement& statement) {
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

Result<void> Parser::close_pattern(ScriptWords& words, ScriptPattern& pattern) {
  pattern.kind = Pattern::kClose;
  std::string_view next = words.peek();
  if (next.empty() || is_modifier(next)) return {};
  if (auto parsed = close_code(words.word(), pattern); !parsed) return parsed;
  next = words.peek();
  if (next.empty() || is_modifier(next)) return {};
  auto reason = word_or_quoted(words);
  if (!reason) return fail(std::move(reason.error()));
  pattern.text = std::move(*reason);
  return {};
}

Result<void> Parser::modifiers(ScriptWords& words, ScriptStatement& statement) {
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
Result<void> Parser::bare_text(ScriptWords& words, const ScriptStatement& statement,
                               std::string& text) {
  text = words.take_rest();
  const std::string word = statement.kind == Kind::kNotExpect ? "for" : "within";
  const std::size_t at = text.rfind(" " + word + " ");
  if (at == std::string::npos) return {};
  if (!script_seconds(std::string_view(text).substr(at + word.size() + 2))) return {};
  return wrong("is " + script_quote(text.substr(at + 1)) + " part of the text?",
               "quote the text: \"" + printable(text.substr(0, at), kShown) + "\"" +
                   printable(text.substr(at), kShown));
}

Result<void> Parser::regex(ScriptWords& words, ScriptPattern& pattern) {
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

Result<std::string> Parser::text_or_quoted(ScriptWords& words) {
  if (words.at_end() || words.peek().front() != '"') return std::string(words.take_rest());
  auto text = words.quoted();
  if (text && words.at_end()) return std::move(*text);
  return wrong("the quoted text is not well-formed",
               "it is written as one JSON string; JSON itself is written behind json");
}

Result<std::string> Parser::word_or_quoted(ScriptWords& words) {
  if (words.at_end()) return wrong("something is missing at the end");
  if (words.peek().front() != '"') return std::string(words.word());
  auto text = words.quoted();
  if (!text) return wrong("the quoted text is not well-formed", "it is written as a JSON string");
  return std::move(*text);
}

// JSON may take several lines: they are read until its brackets balance.
Result<std::string> Parser::json(ScriptWords& words, std::string& behind) {
  std::string text(words.take_rest());
  if (text.empty()) return wrong("no JSON behind json");
  JsonExtent extent;
  std::optional<std::size_t> size = extent.find(text);
  std::string_view line;
  while (!size && next_line(line)) {
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

Result<std::string> Parser::hex(ScriptWords& words) {
  std::string digits;
  while (!words.at_end()) {
    const std::string_view next = words.peek();
    if (is_modifier(next)) break;
    if (has_references(digits)) digits += ' ';  // else the name goes on
    digits.append(words.word());
  }
  if (has_references(digits)) return digits;
  const auto bytes = decode_hex(digits);
  if (!bytes) return wrong(script_quote(digits) + " " + bytes.error());
  return digits;
}

Result<void> Parser::check_template(const std::string& text) const {
  const auto sample = expand(text, TemplateStyle::kPlain, stand_in);
  if (!sample) return wrong(sample.error().message, "$$ stands for a dollar sign");
  return {};
}

Result<void> Parser::seconds(ScriptWords& words, ScriptStatement& statement) {
  if (words.at_end()) return wrong("a number of seconds is needed");
  const auto seconds = time(words.word());
  if (!seconds) return fail(seconds.error());
  statement.seconds = *seconds;
  return {};
}

Result<double> Parser::time(std::string_view word) const {
  if (const auto seconds = script_seconds(word)) return *seconds;
  const std::string most = std::to_string(static_cast<std::uint64_t>(kMostScriptSeconds));
  const std::string what = script_quote(word) + " ";
  if (word.find_first_not_of("0123456789") == std::string_view::npos) {
    return wrong(what + "is more than " + most + " seconds");
  }
  return wrong(what + "is no number of seconds", "digits, as 2 or 0.5; at most " + most);
}

Result<void> Parser::set(ScriptWords& words, ScriptStatement& statement) {
  statement.name = words.word();
  if (!is_script_name(statement.name)) return wrong(script_quote(statement.name) + " is no name");
  auto text = text_or_quoted(words);
  if (!text) return fail(std::move(text.error()));
  statement.text = std::move(*text);
  return check_template(statement.text);
}

Result<void> Parser::test(ScriptWords& words, ScriptStatement& statement) {
  statement.text = words.take_rest();
  if (statement.text.empty()) return wrong("a test needs a title");
  return {};
}

Result<void> Parser::repeat(ScriptWords& words, ScriptStatement& statement) {
  const std::string count(words.word());
  const bool is_number = !count.empty() && count.size() <= 10 &&
                         count.find_first_not_of("0123456789") == std::string::npos;
  if (is_number) statement.count = std::stoull(count);
  if (!is_number || statement.count == 0 || statement.count > kMostRepeats) {
    return wrong(script_quote(count) + " is no number of repetitions",
                 "digits, from 1 to " + std::to_string(kMostRepeats));
  }
  if (auto parsed = modifiers(words, statement); !parsed) return parsed;
  if (statement.seconds) return wrong("a block of its own, within S … end, bounds the time");
  return {};
}

Result<void> Parser::unordered(ScriptWords& words, ScriptStatement& statement) {
  if (auto parsed = modifiers(words, statement); !parsed) return parsed;
  if (!statement.name.empty()) return wrong("unordered keeps nothing");
  return {};
}

}  // namespace

Result<Script> parse_script(std::string_view text, const std::string& file, bool has_url) {
  return Parser(text, file, has_url).run();
}

}  // namespace wscope::input
