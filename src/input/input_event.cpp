#include "input/input_event.h"

#include <utility>

#include "base/byte_text.h"
#include "base/close_code.h"
#include "base/json_parts.h"
#include "input/control_payload.h"

namespace wscope::input {
namespace {

bool is_string(std::string_view value) { return value.front() == '"'; }

tl::unexpected<Error> refuse(std::string message, std::string hint = {}) {
  return fail(Stage::kInput, std::move(message) + ": not sent", std::move(hint));
}

constexpr std::string_view kForms =
    R"(one of {"send": …} {"binary": BASE64} {"ping": …} {"pong": …} {"close": CODE, "reason": …})";

/// The text of a string, nothing for null.
Result<std::string> text_of(const JsonMember& member) {
  if (member.value == "null") return std::string();
  if (!is_string(member.value)) return refuse("\"" + member.name + "\" is no string");
  auto text = json_string(member.value);
  if (!text) return refuse("\"" + member.name + "\" holds half a surrogate pair");
  return std::move(*text);
}

Result<std::optional<std::uint16_t>> code_of(const JsonMember& member) {
  if (member.value == "null") return std::nullopt;
  const auto word = is_string(member.value) ? json_string(member.value)
                                            : std::optional<std::string>(member.value);
  const auto code = word ? close_code_from_word(*word) : std::nullopt;
  if (!code) return refuse("\"close\" is no close code: " + std::string(member.value));
  return code;
}

Result<InputEvent> parse_close(const JsonMember& close, const JsonMember* reason) {
  InputEvent event;
  event.kind = Action::Kind::kClose;
  auto code = code_of(close);
  if (!code) return fail(std::move(code.error()));
  event.code = *code;
  if (reason != nullptr) {
    auto text = text_of(*reason);
    if (!text) return fail(std::move(text.error()));
    event.data = std::move(*text);
  }
  if (auto error = check_close(event.code, event.data)) return fail(std::move(*error));
  return event;
}

Result<InputEvent> parse_member(const JsonMember& member) {
  InputEvent event;
  if (member.name == "send" && !is_string(member.value)) {
    event.data = member.value;
    return event;
  }
  auto text = text_of(member);
  if (!text) return fail(std::move(text.error()));
  event.data = std::move(*text);
  if (member.name == "binary") {
    auto bytes = decode_base64(event.data);
    if (!bytes) return refuse("\"binary\" " + bytes.error());
    event.kind = Action::Kind::kBinary;
    event.data = std::move(*bytes);
  } else if (member.name != "send") {
    event.kind = member.name == "ping" ? Action::Kind::kPing : Action::Kind::kPong;
    if (auto error = check_ping(event.data)) return fail(std::move(*error));
  }
  return event;
}

}  // namespace

Result<InputEvent> parse_input_event(std::string_view line) {
  const auto members = json_members(line);
  if (!members) return refuse("no JSON object", std::string(kForms));
  const JsonMember* what = nullptr;
  const JsonMember* reason = nullptr;
  for (const JsonMember& member : *members) {
    const bool known = member.name == "send" || member.name == "binary" || member.name == "ping" ||
                       member.name == "pong" || member.name == "close";
    const JsonMember*& place = known ? what : reason;
    if ((!known && member.name != "reason") || place != nullptr) {
      return refuse("\"" + member.name + "\" does not belong there", std::string(kForms));
    }
    place = &member;
  }
  if (what == nullptr) return refuse("nothing to send in it", std::string(kForms));
  if (what->name == "close") return parse_close(*what, reason);
  if (reason != nullptr) return refuse("\"reason\" goes with \"close\"", std::string(kForms));
  return parse_member(*what);
}

}  // namespace wscope::input
