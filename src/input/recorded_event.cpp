#include "input/recorded_event.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/byte_text.h"
#include "base/json_parts.h"
#include "base/utf8.h"
#include "input/control_payload.h"

namespace wscope::input {
namespace {

using Kind = RecordedEvent::Kind;

tl::unexpected<std::string> wrong(std::string why) {
  return tl::unexpected<std::string>(std::move(why));
}

/// The members of a line, by name, the last where one comes twice; the values are views into it.
class Members {
 public:
  explicit Members(JsonMembers members) : members_(std::move(members)) {}

  std::optional<std::string_view> find(std::string_view name) const {
    const std::string_view value = json_member(members_, name);
    return value.empty() ? std::nullopt : std::optional(value);
  }
  std::optional<std::string> text(std::string_view name) const {
    const auto value = find(name);
    if (!value || value->front() != '"') return std::nullopt;
    return json_string(*value);
  }
  std::optional<double> number(std::string_view name) const {
    const auto value = find(name);
    if (!value) return std::nullopt;
    const std::string digits(*value);
    char* end = nullptr;
    const double parsed = std::strtod(digits.c_str(), &end);
    if (end == digits.c_str() || *end != '\0' || !std::isfinite(parsed)) return std::nullopt;
    return parsed;
  }

 private:
  JsonMembers members_;
};

Kind kind_of(std::string_view event) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 13> kKinds = {{
      {"resolve", Kind::kOpening},
      {"connect", Kind::kOpening},
      {"proxy", Kind::kOpening},
      {"tls", Kind::kOpening},
      {"request", Kind::kOpening},
      {"response", Kind::kOpening},
      {"redirect", Kind::kOpening},
      {"open", Kind::kOpen},
      {"message", Kind::kMessage},
      {"ping", Kind::kPing},
      {"pong", Kind::kPong},
      {"close", Kind::kClose},
      {"end", Kind::kEnd},
  }};
  for (const auto& [name, kind] : kKinds) {
    if (name == event) return kind;
  }
  return Kind::kOther;
}

tl::expected<Direction, std::string> direction_of(const Members& members, std::string_view name) {
  const auto way = members.text(name);
  if (way == "send") return Direction::kSent;
  if (way == "recv") return Direction::kReceived;
  return wrong("\"" + std::string(name) + "\" is neither \"send\" nor \"recv\"");
}

/// "data" as it is, or the bytes of "base64".
Decoded payload_of(const Members& members) {
  if (members.find("data")) {
    auto text = members.text("data");
    if (!text) return wrong("\"data\" is no string");
    return std::move(*text);
  }
  const auto encoded = members.text("base64");
  if (!encoded) return wrong("neither \"data\" nor \"base64\" in it");
  auto bytes = decode_base64(*encoded);
  if (!bytes) return wrong("\"base64\" " + bytes.error());
  return std::move(*bytes);
}

ParsedEvent with_message(const Members& members, RecordedEvent event) {
  const auto type = members.text("type");
  if (type != "text" && type != "binary") {
    return wrong("\"type\" is neither \"text\" nor \"binary\"");
  }
  event.type = type == "text" ? MessageType::kText : MessageType::kBinary;
  if (event.type == MessageType::kText && !is_valid_utf8(event.data)) {
    return wrong("its text is not UTF-8");
  }
  return event;
}

ParsedEvent with_payload(const Members& members, RecordedEvent event) {
  auto direction = direction_of(members, "dir");
  if (!direction) return wrong(direction.error());
  event.direction = *direction;
  auto payload = payload_of(members);
  if (!payload) return wrong(payload.error());
  event.data = std::move(*payload);
  if (event.kind == Kind::kMessage) return with_message(members, std::move(event));
  if (auto error = check_ping(event.data)) return wrong(error->message);
  return event;
}

ParsedEvent with_close(const Members& members, RecordedEvent event) {
  if (!members.find("first")) {
    event.kind = Kind::kLost;
    return event;
  }
  auto direction = direction_of(members, "first");
  if (!direction) return wrong(direction.error());
  event.direction = *direction;
  event.data = members.text("reason").value_or("");
  if (members.find("code")) {
    const auto code = members.number("code");
    if (!code || *code < 1000 || *code > 4999 || *code != std::floor(*code)) {
      return wrong("\"code\" is no close code");
    }
    event.code = static_cast<std::uint16_t>(*code);
  }
  if (auto error = check_close(event.code, event.data)) {
    return wrong(error->message);
  }
  return event;
}

}  // namespace

ParsedEvent parse_recorded_event(std::string_view line) {
  auto found = json_members(line);
  if (!found) return wrong("no JSON object");
  const Members members(std::move(*found));
  RecordedEvent event;
  const auto time = members.number("t");
  if (!time || *time < 0) return wrong("\"t\" is no time");
  event.time = *time;
  const auto name = members.text("event");
  if (!name) return wrong("\"event\" is no string");
  event.kind = kind_of(*name);
  event.connection = members.text("connection").value_or("");
  const auto client = members.number("client");
  if (client && *client >= 1 && *client < 1e15) event.client = static_cast<std::size_t>(*client);
  switch (event.kind) {
    case Kind::kOpen:
      event.subprotocol = members.text("subprotocol").value_or("");
      return event;
    case Kind::kMessage:
    case Kind::kPing:
    case Kind::kPong:
      return with_payload(members, std::move(event));
    case Kind::kClose:
      return with_close(members, std::move(event));
    default:
      if (name == "error" && members.text("stage") == "connection") event.kind = Kind::kLost;
      return event;
  }
}

}  // namespace wscope::input
