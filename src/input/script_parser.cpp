#include "input/script_parser.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "input/control_payload.h"
#include "input/script_lines.h"
#include "input/script_operands.h"
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

class Parser {
 public:
  Parser(std::string_view text, const std::string& file, bool has_url)
      : lines_(text, file), operands_(lines_) {
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

  Result<void> parse_line(std::string_view line);
  Result<void> add(ScriptStatement statement);
  Result<void> end_block();
  Result<void> address(ScriptStatement& statement, std::optional<std::string> name);
  tl::unexpected<Error> wrong(std::string message, std::string hint = {}) const {
    return lines_.wrong(std::move(message), std::move(hint));
  }

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

  ScriptLines lines_;
  ScriptOperands operands_;
  Script script_;
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

Result<Script> Parser::run() {
  if (auto begun = lines_.begin(); !begun) return fail(std::move(begun.error()));
  std::string_view line;
  while (lines_.next(line)) {
    lines_.begin_statement();
    form_ = nullptr;
    if (auto parsed = parse_line(line); !parsed) return fail(std::move(parsed.error()));
  }
  if (!open_.empty()) {
    return lines_.wrong_at(open_.back().line, script_quote(open_.back().source) + " has no end",
                           "a line `end` closes it");
  }
  return std::move(script_);
}

Result<void> Parser::parse_line(std::string_view line) {
  ScriptWords words(line);
  if (words.at_end() || words.peek().front() == '#') return {};
  ScriptStatement statement;
  statement.line = lines_.line();
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
  lines_.set_form(form_->form);
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
  return operands_.check_template(statement.text);
}

Result<void> Parser::header(ScriptWords& words, ScriptStatement& statement) {
  statement.text = words.take_rest();
  const std::size_t colon = statement.text.find(':');
  if (colon == 0 || colon == std::string::npos) return wrong("a header has a name and a colon");
  return operands_.check_template(statement.text);
}

Result<void> Parser::send(ScriptWords& words, ScriptStatement& statement) {
  if (words.at_end()) return wrong("nothing to send", "an empty message is: send \"\"");
  Result<std::string> text;
  if (words.take("json")) {
    statement.payload = ScriptPayload::kJson;
    std::string behind;
    text = operands_.json(words, behind);
    if (text && !behind.empty()) return wrong(script_quote(behind) + " behind the JSON");
  } else if (words.take("hex") || words.take("binary")) {
    statement.payload = ScriptPayload::kHex;
    text = operands_.hex(words);
  } else if (words.take("file")) {
    statement.payload = ScriptPayload::kFile;
    text = operands_.text_or_quoted(words);
    if (text && text->empty()) return wrong("which file?");
  } else {
    if (words.take("text") && words.at_end()) {
      return wrong("nothing behind text", "the word itself is sent with: send \"text\"");
    }
    text = operands_.text_or_quoted(words);
  }
  if (!text) return fail(std::move(text.error()));
  statement.text = std::move(*text);
  return operands_.check_template(statement.text);
}

Result<void> Parser::control(ScriptWords& words, ScriptStatement& statement) {
  auto text = operands_.text_or_quoted(words);
  if (!text) return fail(std::move(text.error()));
  statement.text = std::move(*text);
  if (!has_references(statement.text)) {
    if (auto error = check_ping(statement.text)) return wrong(error->message);
  }
  return operands_.check_template(statement.text);
}

Result<void> Parser::close(ScriptWords& words, ScriptStatement& statement) {
  if (!words.at_end()) {
    auto code = operands_.close_code(words.word());
    if (!code) return fail(std::move(code.error()));
    statement.code = std::move(*code);
  }
  auto reason = operands_.text_or_quoted(words);
  if (!reason) return fail(std::move(reason.error()));
  statement.text = std::move(*reason);
  const std::string judged = has_references(statement.text) ? "" : statement.text;
  if (statement.code.value.empty()) {
    if (auto error = check_close(statement.code.number, judged)) return wrong(error->message);
  }
  return operands_.check_template(statement.text);
}

Result<void> Parser::expectation(ScriptWords& words, ScriptStatement& statement) {
  if (words.at_end()) return wrong("what is expected?", "one of " + std::string(kPatterns));
  if (auto parsed = operands_.pattern(words, statement); !parsed) return parsed;
  const Pattern kind = statement.pattern.kind;
  const bool is_message =
      kind != Pattern::kPing && kind != Pattern::kPong && kind != Pattern::kClose;
  if (!statement.name.empty() && (!is_message || statement.kind == Kind::kNotExpect)) {
    return wrong("`as` keeps a message that came; there is none");
  }
  return operands_.check_template(statement.pattern.text.value_or(""));
}

Result<void> Parser::seconds(ScriptWords& words, ScriptStatement& statement) {
  if (words.at_end()) return wrong("a number of seconds is needed");
  const auto seconds = operands_.time(words.word());
  if (!seconds) return fail(seconds.error());
  statement.seconds = *seconds;
  return {};
}

Result<void> Parser::set(ScriptWords& words, ScriptStatement& statement) {
  statement.name = words.word();
  if (!is_script_name(statement.name)) return wrong(script_quote(statement.name) + " is no name");
  auto text = operands_.text_or_quoted(words);
  if (!text) return fail(std::move(text.error()));
  statement.text = std::move(*text);
  return operands_.check_template(statement.text);
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
  if (auto parsed = operands_.modifiers(words, statement); !parsed) return parsed;
  if (statement.seconds) return wrong("a block of its own, within S … end, bounds the time");
  return {};
}

Result<void> Parser::unordered(ScriptWords& words, ScriptStatement& statement) {
  if (auto parsed = operands_.modifiers(words, statement); !parsed) return parsed;
  if (!statement.name.empty()) return wrong("unordered keeps nothing");
  return {};
}

}  // namespace

Result<Script> parse_script(std::string_view text, const std::string& file, bool has_url) {
  return Parser(text, file, has_url).run();
}

}  // namespace wscope::input
