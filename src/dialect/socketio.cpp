#include "dialect/socketio.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/byte_text.h"
#include "base/escape.h"
#include "base/json_parts.h"
#include "base/json_scanner.h"
#include "dialect/json_slice.h"
#include "dialect/typed_call.h"

namespace wscope::dialect {
namespace {

// Engine.IO 4: the type of a packet is its first character.
constexpr char kEngineOpen = '0';
constexpr char kEngineClose = '1';
constexpr char kEnginePing = '2';
constexpr char kEnginePong = '3';
constexpr char kEngineMessage = '4';
constexpr char kEngineUpgrade = '5';
constexpr char kEngineNoop = '6';
// Socket.IO 5, within a message of Engine.IO.
constexpr char kConnect = '0';
constexpr char kDisconnect = '1';
constexpr char kEvent = '2';
constexpr char kAck = '3';
constexpr char kConnectError = '4';
constexpr char kBinaryEvent = '5';
constexpr char kBinaryAck = '6';

// What a hostile server can make us keep: attachments of one packet, and questions of its own.
constexpr std::size_t kMostAttachments = 1024;
constexpr std::size_t kMostAttachedBytes = std::size_t{64} << 20;
constexpr std::size_t kMostAsked = 1024;
constexpr std::size_t kMostCalls = 65536;

// An argument is what makes a line of JSON an event.
constexpr const char* kUsage = R"(EVENT [ARG…], as in: message {"a":1})";

/// Cuts a number off the front; nothing when there is none or it is too big.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// A JSON number of milliseconds → seconds; 0 for anything else, and for more than a day.
double milliseconds(std::string_view json) {
  // As JSON has numbers (RFC 8259 section 6): 1e3, 250.5.
  const auto count = take_number<double>(json);
  const bool is_time = count && json.empty() && *count >= 0 && *count <= 86'400'000;
  return is_time ? *count / 1000 : 0;
}

std::string excerpt(std::string_view text) {
  return json_quoted(text.substr(0, 60)) + (text.size() > 60 ? "…" : "");
}

/// The attachments in their places; what has no attachment stays a placeholder. Nothing where they
/// stand in so many places that it would be more than the attachments of a packet may be.
std::optional<std::string> with_attachments(std::string_view payload,
                                            const std::vector<std::string>& bytes) {
  std::size_t placed = 0;
  std::string whole = replace_flat_objects(
      payload, "_placeholder", [&](std::string_view object) -> std::optional<std::string> {
        const auto members = json_members(object, kMostMembers);
        if (!members || json_member(*members, "_placeholder") != "true") return std::nullopt;
        std::string_view num = json_member(*members, "num");
        const auto index = take_number<std::size_t>(num);
        if (!index || !num.empty() || *index >= bytes.size()) return std::nullopt;
        placed += bytes[*index].size();
        if (placed > kMostAttachedBytes) return std::nullopt;
        return "{\"base64\":\"" + base64_of(bytes[*index]) + "\"}";
      });
  if (placed > kMostAttachedBytes) return std::nullopt;
  return whole;
}

Step too_much_attached() {
  return broken_by_peer("the attachments of one Socket.IO packet exceed 64 MiB");
}

/// Servers name some events by numbers.
std::optional<std::string> event_name(std::string_view json) {
  auto rest = json;
  if (take_number<double>(rest) && rest.empty()) return std::string(json);
  return json_text(json);
}

/// What stands where an event should have been named.
std::string before(std::string_view typed) {
  typed.remove_prefix(std::min(typed.find_first_not_of(" \t\r\n"), typed.size()));
  return typed.empty() ? "" : " before " + printable(typed, 60);
}

/// What an event's packet holds: its name and its arguments.
std::vector<std::string> values_of(TypedCall event) {
  auto values = std::move(event.arguments);
  values.insert(values.begin(), json_quoted(event.name));
  return values;
}

}  // namespace

SocketIo::SocketIo(Setting setting) : setting_(std::move(setting)) {}

std::string SocketIo::overdue() const {
  return engine_open_ ? "did not answer the connect to the namespace " + setting_.name_space
                      : Dialect::overdue();
}

std::string SocketIo::head(char type) const {
  std::string text{kEngineMessage, type};
  if (setting_.name_space != "/") text += setting_.name_space + ",";
  return text;
}

Steps SocketIo::emit(char type, std::vector<std::string> values,
                     std::optional<std::uint64_t> id) const {
  std::vector<std::string> attached;
  for (auto& value : values) {
    value = replace_flat_objects(
        value, "base64", [&](std::string_view object) -> std::optional<std::string> {
          const auto members = json_members(object, kMostMembers);
          if (!members || members->size() != 1) return std::nullopt;
          const auto text = json_text(members->front().value);
          if (!text) return std::nullopt;
          auto bytes = decode_base64(*text);
          if (!bytes) return std::nullopt;
          attached.push_back(std::move(*bytes));
          return fmt::format("{{\"_placeholder\":true,\"num\":{}}}", attached.size() - 1);
        });
  }
  std::string packet{kEngineMessage, type};
  if (!attached.empty()) {
    packet = fmt::format("{}{}{}-", kEngineMessage, type == kEvent ? kBinaryEvent : kBinaryAck,
                         attached.size());
  }
  if (setting_.name_space != "/") packet += setting_.name_space + ",";
  if (id) packet += std::to_string(*id);
  Steps steps{send(packet + json_array(values))};
  for (auto& bytes : attached) steps.push_back(send_binary(std::move(bytes)));
  return steps;
}

Steps SocketIo::typed(MessageType type, std::string_view data, double) {
  if (type == MessageType::kBinary) {
    // What socket.send(buffer) does elsewhere: an event "message" with one attachment.
    return emit(kEvent, {"\"message\"", "{\"base64\":\"" + base64_of(data) + "\"}"}, std::nullopt);
  }
  auto event = typed_call(data);
  if (!event) return {refuse(std::move(event.error()))};
  if (event->name.empty()) return {refuse("no event named" + before(data) + ": not sent", kUsage)};
  return emit(kEvent, values_of(std::move(*event)), std::nullopt);
}

Steps SocketIo::command(std::string_view line, double now) {
  const auto word = take_name(line);
  if (word == "ack") return give_ack(line);
  if (word != "call") return Dialect::command(word, now);
  auto event = typed_call(line);
  if (!event) return {refuse(std::move(event.error()))};
  if (event->name.empty()) {
    return {refuse("/call needs an event: not sent", std::string("/call ") + kUsage)};
  }
  if (calls_.size() >= kMostCalls) calls_.erase(calls_.begin());
  calls_[last_call_] = {event->name, now};
  return emit(kEvent, values_of(std::move(*event)), last_call_++);
}

Steps SocketIo::give_ack(std::string_view arguments) {
  if (asked_.empty()) return {refuse("no event waits for an acknowledgement: not sent")};
  // The first word is the id where it is one of those that wait; else it is an argument already.
  auto chosen = asked_.end() - 1;
  std::string_view rest = arguments;
  if (const auto id = take_number<std::uint64_t>(rest); id && (rest.empty() || rest[0] == ' ')) {
    const auto found = std::find(asked_.begin(), asked_.end(), *id);
    if (found != asked_.end()) {
      chosen = found;
      arguments = rest;
    }
  }
  auto values = typed_arguments(arguments);
  if (!values) return {refuse(std::move(values.error()))};
  const auto id = *chosen;
  asked_.erase(chosen);
  return emit(kAck, std::move(*values), id);
}

Steps SocketIo::received(MessageType type, std::string_view data, double now) {
  if (type == MessageType::kBinary) return attachment(data, now);
  if (data.empty()) return {broken_by_peer("server sent an empty Engine.IO packet")};
  const auto rest = data.substr(1);
  switch (data.front()) {
    case kEngineOpen:
      return engine_opened(rest, now);
    case kEngineClose:
      return {Step{Step::Kind::kEnd, MessageType::kText, {}, {}, 0}};
    case kEnginePing:
      last_ping_ = now;
      return {send(std::string{kEnginePong} + std::string(rest))};
    case kEngineMessage:
      // Engine.IO's own packets may come between.
      if (partial_) {
        return {broken_by_peer("server sent text where a Socket.IO attachment belongs")};
      }
      return packet(rest, now);
    case kEnginePong:
    case kEngineUpgrade:
    case kEngineNoop:
      return {};
    default:
      return {broken_by_peer("not an Engine.IO packet: " + excerpt(data),
                             "does that server speak Socket.IO, and at that path?")};
  }
}

std::string SocketIo::unfinished() const {
  if (!partial_) return {};
  return "a Socket.IO packet came only in part: " + std::to_string(attachments_.size()) + " of " +
         std::to_string(partial_->attachments) + " attachments";
}

Steps SocketIo::engine_opened(std::string_view json, double now) {
  const auto members = json_members(json, kMostMembers);
  if (!members) return {broken_by_peer("not an Engine.IO handshake: " + excerpt(json))};
  patience_ = milliseconds(json_member(*members, "pingInterval")) +
              milliseconds(json_member(*members, "pingTimeout"));
  last_ping_ = now;
  engine_open_ = true;
  const std::string connect = head(kConnect);
  if (setting_.socketio_auth.empty()) return {send(connect)};
  return {send_credentials(connect + setting_.socketio_auth, connect + kMask)};
}

// Engine.IO 4, Heartbeat: no ping within pingInterval + pingTimeout means that the server is gone.
std::optional<double> SocketIo::due() const {
  if (patience_ <= 0) return std::nullopt;
  return last_ping_ + patience_;
}

Steps SocketIo::tick(double now) {
  if (patience_ <= 0 || now < last_ping_ + patience_) return {};
  const auto text = fmt::format("connection lost: no ping of Socket.IO within {:g} s", patience_);
  patience_ = 0;
  return {lost_peer(text, "the server promised them in its pingInterval and pingTimeout")};
}

// <type>[<attachments>-][<namespace>,][<id>][<payload>]
Steps SocketIo::packet(std::string_view text, double now) {
  if (text.empty()) return {broken_by_peer("server sent an empty Socket.IO packet")};
  Packet packet;
  packet.type = text.front();
  text.remove_prefix(1);
  if (packet.type == kBinaryEvent || packet.type == kBinaryAck) {
    const auto count = take_number<std::size_t>(text);
    if (!count || text.empty() || text.front() != '-' || *count > kMostAttachments) {
      return {broken_by_peer("a Socket.IO packet with a wrong count of attachments")};
    }
    packet.attachments = *count;
    text.remove_prefix(1);
  }
  if (!text.empty() && text.front() == '/') {
    const auto comma = std::min(text.find(','), text.size());
    packet.name_space = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (!text.empty() && is_digit(text.front())) {
    packet.id = take_number<std::uint64_t>(text);
    if (!packet.id) return {broken_by_peer("a Socket.IO packet with a wrong id")};
  }
  packet.payload = text;
  if (packet.attachments == 0) return handle(packet, now);
  attachments_.clear();
  attached_bytes_ = 0;
  partial_ = std::move(packet);
  return {};
}

Steps SocketIo::attachment(std::string_view bytes, double now) {
  if (!partial_) return {broken_by_peer("server sent a Socket.IO attachment that nothing named")};
  attached_bytes_ += bytes.size();
  if (attached_bytes_ > kMostAttachedBytes) {
    return {too_much_attached()};
  }
  attachments_.emplace_back(bytes);
  if (attachments_.size() < partial_->attachments) return {};
  Packet packet = std::move(*partial_);
  partial_.reset();
  auto whole = with_attachments(packet.payload, std::exchange(attachments_, {}));
  if (!whole) return {too_much_attached()};
  packet.payload = std::move(*whole);
  return handle(packet, now);
}

Steps SocketIo::handle(const Packet& packet, double now) {
  const bool ours = packet.name_space == setting_.name_space;
  switch (packet.type) {
    case kConnect:
      if (ours) connected_ = true;
      return {};
    case kDisconnect:
      if (!ours) return {};
      connected_ = false;
      return {notice("server disconnected the namespace " + packet.name_space),
              Step{Step::Kind::kEnd, MessageType::kText, {}, {}, 0}};
    case kEvent:
    case kBinaryEvent:
      return event(packet);
    case kAck:
    case kBinaryAck:
      return acknowledged(packet, now);
    case kConnectError:
      return connect_error(packet);
    default:
      return {broken_by_peer(std::string("not a Socket.IO packet type: ") + packet.type)};
  }
}

Steps SocketIo::connect_error(const Packet& packet) const {
  std::string why = packet.payload;
  if (const auto members = json_members(packet.payload, kMostMembers)) {
    why = json_text(json_member(*members, "message")).value_or(why);
    const auto data = json_member(*members, "data");
    if (!data.empty()) why.append(" ").append(data);
  } else if (const auto text = json_text(packet.payload)) {
    why = *text;
  }
  return {refused_by_peer(
      "server refused the namespace " + packet.name_space + ": " + why,
      setting_.socketio_auth.empty() ? "--socketio-auth JSON gives what it may ask for" : "")};
}

Steps SocketIo::event(const Packet& packet) {
  std::string line;
  if (packet.name_space != setting_.name_space) line = "[" + packet.name_space + "] ";
  // Values of two bytes each would take ten times as much if they were kept.
  std::optional<std::string> name;
  bool first = true;
  each_element(packet.payload, [&](std::string_view value) {
    if (std::exchange(first, false)) {
      name = event_name(value);
      if (name) line += shown_name(*name);
    } else if (name) {
      line.append(" ").append(value);
    }
  });
  if (!name) return {broken_by_peer("not a Socket.IO event: " + excerpt(packet.payload))};
  Steps steps{show(std::move(line))};
  if (packet.id && packet.name_space == setting_.name_space) {
    if (asked_.size() >= kMostAsked) asked_.erase(asked_.begin());
    asked_.push_back(*packet.id);
    steps.push_back(notice(fmt::format("{} waits for /ack {}", shown_name(*name), *packet.id)));
  }
  return steps;
}

Steps SocketIo::acknowledged(const Packet& packet, double now) {
  std::string values;
  const bool is_array = each_element(
      packet.payload, [&](std::string_view value) { values.append(" ").append(value); });
  if (!is_array || !packet.id) {
    return {broken_by_peer("not a Socket.IO acknowledgement: " + excerpt(packet.payload))};
  }
  const auto call = calls_.find(*packet.id);
  if (call == calls_.end()) return {notice(fmt::format("nobody asked for ack {}", *packet.id))};
  std::string line = "ack " + shown_name(call->second.event) + values;
  if (setting_.latency) line += fmt::format("  ({:.1f} ms)", (now - call->second.sent) * 1000);
  calls_.erase(call);
  return {show(std::move(line))};
}

Steps SocketIo::leaving() {
  if (!connected_) return {};
  connected_ = false;
  return {send(head(kDisconnect))};
}

bool is_engineio_handshake(std::string_view message) {
  constexpr std::size_t kMostBytes = 4096;  // one is a few hundred
  if (message.substr(0, 2) != "0{" || message.size() > kMostBytes) return false;
  const auto members = json_members(message.substr(1), kMostMembers);
  return members && !json_member(*members, "sid").empty() &&
         !json_member(*members, "pingInterval").empty();
}

std::string socketio_resource(std::string_view resource) {
  const auto mark = std::min(resource.find('?'), resource.size());
  std::string path(resource.substr(0, mark));
  std::string query(resource.substr(std::min(mark + 1, resource.size())));
  if (path.empty() || path == "/") path = "/socket.io/";
  const auto lacks = [&](std::string_view name) {
    return ("&" + query).find("&" + std::string(name) + "=") == std::string::npos;
  };
  std::string added;
  if (lacks("EIO")) added += "EIO=4&";
  if (lacks("transport")) added += "transport=websocket&";
  query = added + query;
  if (!query.empty() && query.back() == '&') query.pop_back();
  return path + "?" + query;
}

}  // namespace wscope::dialect
