#include "session/script_match.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/close_code.h"
#include "base/escape.h"
#include "input/json_value.h"
#include "input/script_words.h"
#include "session/difference_words.h"
#include "session/script_json.h"
#include "ws/close_code.h"

namespace wscope::session {
namespace {

using Pattern = input::ScriptPattern::Kind;
using Event = ScriptEvent::Kind;

constexpr std::size_t kShownText = 200;
constexpr std::size_t kShownBytes = 32;
constexpr std::size_t kDetailText = 4000;

re2::StringPiece piece(const std::string& text) { return {text.data(), text.size()}; }

std::string quoted(std::string_view text, std::size_t most = kShownText) {
  const auto shown = utf8_prefix(text, most);
  std::string out = wscope::quoted(shown, shown.size());
  if (shown.size() < text.size()) out += fmt::format("… ({} bytes)", text.size());
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, kShownBytes)) {
    out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  if (bytes.size() > kShownBytes) out += "…";
  return fmt::format("{} ({} byte{})", out.empty() ? "nothing" : out, bytes.size(),
                     bytes.size() == 1 ? "" : "s");
}

std::string describe_code(const std::optional<std::uint16_t>& code) {
  if (!code) return "without a code";
  return fmt::format("{} ({})", *code, close_code_name(*code));
}

bool is_message(Pattern kind) {
  return kind != Pattern::kPing && kind != Pattern::kPong && kind != Pattern::kClose;
}

std::string diff_of(const std::vector<JsonDifference>& differences, std::string_view came) {
  const auto shown = utf8_prefix(came, kDetailText);
  std::string out = json_diff(differences) + "\n  came: ";
  out.append(shown).append(shown.size() < came.size() ? "…" : "");
  return out;
}

}  // namespace

std::string describe_event(const ScriptEvent& event) {
  switch (event.kind) {
    case Event::kMessage:
      return event.type == MessageType::kText ? "text " + quoted(event.data)
                                              : "binary " + hex(event.data);
    case Event::kPing:
      return "a ping " + quoted(event.data);
    case Event::kPong:
      return "a pong " + quoted(event.data);
    case Event::kClose:
      return "Close " + describe_code(event.code) +
             (event.data.empty() ? "" : " " + quoted(event.data));
    case Event::kLost:
      return event.data;
  }
  return {};
}

ScriptMatcher::ScriptMatcher() = default;
ScriptMatcher::ScriptMatcher(ScriptMatcher&&) noexcept = default;
ScriptMatcher& ScriptMatcher::operator=(ScriptMatcher&&) noexcept = default;
ScriptMatcher::~ScriptMatcher() = default;

Result<ScriptMatcher> ScriptMatcher::create(const input::ScriptPattern& pattern,
                                            const input::ScriptLookup& lookup, const Files& files) {
  ScriptMatcher matcher;
  matcher.kind_ = pattern.kind;
  matcher.code_ = pattern.code.number;
  matcher.flags_ = pattern.flags;
  if (!pattern.code.value.empty()) {
    auto word = input::expand(pattern.code.value, input::TemplateStyle::kPlain, lookup);
    if (!word) return fail(std::move(word.error()));
    auto code = input::script_close_code(*word);
    if (!code) return fail(std::move(code.error()));
    matcher.code_ = *code;
  }
  if (!pattern.text) return matcher;
  const auto style = pattern.kind == Pattern::kRegex    ? input::TemplateStyle::kRegex
                     : pattern.kind == Pattern::kJson   ? input::TemplateStyle::kJson
                     : pattern.kind == Pattern::kBinary ? input::TemplateStyle::kHex
                                                        : input::TemplateStyle::kPlain;
  auto text = input::expand(*pattern.text, style, lookup);
  if (!text) return fail(text.error());
  matcher.text_ = std::move(*text);
  if (pattern.kind == Pattern::kBinary) {
    auto bytes = input::script_bytes(*matcher.text_);
    if (!bytes) return fail(std::move(bytes.error()));
    matcher.text_ = std::move(*bytes);
  } else if (pattern.kind == Pattern::kFile) {
    matcher.path_ = *matcher.text_;
    auto content = files(matcher.path_);
    if (!content) return fail(content.error());
    matcher.text_ = std::move(*content);
  } else if (pattern.kind == Pattern::kJson) {
    if (auto fault = input::json_value_fault(*matcher.text_)) {
      return fail(Stage::kUsage,
                  "with its values filled in it " + *fault + ": " + printable(*matcher.text_));
    }
    matcher.json_ = JsonValue::parse(*matcher.text_);
  } else if (pattern.kind == Pattern::kRegex) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_case_sensitive(pattern.flags.find('i') == std::string::npos);
    options.set_dot_nl(pattern.flags.find('s') != std::string::npos);
    matcher.regex_ = std::make_unique<re2::RE2>(piece(*matcher.text_), options);
    if (!matcher.regex_->ok()) return fail(Stage::kUsage, printable(matcher.regex_->error()));
  }
  return matcher;
}

bool ScriptMatcher::matches(const ScriptEvent& event) const {
  JsonReading json;
  return matches(event, json);
}

bool ScriptMatcher::matches(const ScriptEvent& event, JsonReading& json) const {
  const bool text = event.type == MessageType::kText;
  if (is_message(kind_) && event.kind != Event::kMessage) return false;
  switch (kind_) {
    case Pattern::kAny:
      return true;
    case Pattern::kText:
      return text && event.data == *text_;
    case Pattern::kRegex:
      return text && re2::RE2::PartialMatch(piece(event.data), *regex_);
    case Pattern::kJson: {
      const JsonValue* came = text ? json.of(event.data) : nullptr;
      return came != nullptr && json_ && json_->is_part_of(*came);
    }
    case Pattern::kBinary:
      return !text && (!text_ || event.data == *text_);
    case Pattern::kFile:
      return event.data == *text_;
    case Pattern::kPing:
      return event.kind == Event::kPing && (!text_ || event.data == *text_);
    case Pattern::kPong:
      return event.kind == Event::kPong && (!text_ || event.data == *text_);
    case Pattern::kClose:
      // RFC 6455 7.4.1: 1006 stands for a connection that was lost without a Close.
      if (event.kind == Event::kLost) return code_ == std::uint16_t{1006};
      // 1005 for a Close without a code.
      return event.kind == Event::kClose &&
             (!code_ || event.code.value_or(ws::kCloseNoStatus) == code_) &&
             (!text_ || event.data == *text_);
  }
  return false;
}

ScriptValue ScriptMatcher::capture(const ScriptEvent& event) const {
  ScriptValue value;
  value.text = event.data;
  value.whole = event.data;
  value.binary = event.type == MessageType::kBinary;
  if (!regex_) return value;
  const int groups = regex_->NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups));
  regex_->Match(piece(event.data), 0, event.data.size(), re2::RE2::UNANCHORED, found.data(),
                groups);
  const auto& names = regex_->CapturingGroupNames();
  for (int i = 0; i < groups; ++i) {
    const std::string group(found[static_cast<std::size_t>(i)]);
    value.parts[std::to_string(i)] = group;
    if (const auto name = names.find(i); name != names.end()) value.parts[name->second] = group;
  }
  value.text = value.parts[groups > 1 ? "1" : "0"];
  return value;
}

Mismatch ScriptMatcher::mismatch(const ScriptEvent& event) const {
  Mismatch mismatch;
  const std::string came = describe_event(event);
  mismatch.summary = "expected " + describe() + ", came " + came;
  if (event.kind != Event::kMessage) return mismatch;
  if (kind_ == Pattern::kJson && event.type == MessageType::kText) {
    const auto differences = json_differences(*text_, event.data);
    if (!differences) {
      mismatch.summary += ", which " + input::json_value_fault(event.data).value_or("is no JSON");
    } else if (!differences->empty()) {
      mismatch.summary = json_summary(*differences);
      mismatch.detail = diff_of(*differences, event.data);
    }
    return mismatch;
  }
  const bool compared = kind_ == Pattern::kText || kind_ == Pattern::kFile ||
                        (kind_ == Pattern::kBinary && text_.has_value());
  const bool same_type =
      kind_ == Pattern::kFile || (kind_ == Pattern::kText) == (event.type == MessageType::kText);
  const bool is_long = compared && std::max(text_->size(), event.data.size()) > kShownBytes;
  if (compared && same_type && is_long) {
    mismatch.summary += "; " + where_they_part(*text_, event.data);
  }
  return mismatch;
}

std::string ScriptMatcher::describe() const {
  switch (kind_) {
    case Pattern::kAny:
      return "a message";
    case Pattern::kText:
      return "text " + quoted(*text_);
    case Pattern::kRegex:
      return "/" + printable(*text_, kShownText) + "/" + flags_;
    case Pattern::kJson:
      return "json " + printable(*text_, kShownText);
    case Pattern::kBinary:
      return text_ ? "binary " + hex(*text_) : "a binary message";
    case Pattern::kFile:
      return fmt::format("the {} bytes of {}", text_->size(), printable(path_));
    case Pattern::kPing:
      return text_ ? "a ping " + quoted(*text_) : "a ping";
    case Pattern::kPong:
      return text_ ? "a pong " + quoted(*text_) : "a pong";
    case Pattern::kClose:
      return !code_ ? "a Close"
             : code_ == ws::kCloseNoStatus
                 ? "a Close without a code"
                 : "Close " + describe_code(code_) + (text_ ? " " + quoted(*text_) : "");
  }
  return {};
}

}  // namespace wscope::session
