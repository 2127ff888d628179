#include "dialect/stomp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/ascii.h"
#include "dialect/json_slice.h"

namespace wscope::dialect {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::size_t kMostHeaders = 1000;
constexpr std::size_t kStepsAtOnce = 256;
// Ours go out a little before they are due; theirs may be as late again (1.2, Heart-beating: "take
// into account an error margin").
constexpr double kEarly = 0.9;
constexpr double kMargin = 2;

/// STOMP 1.2, Value Encoding; not for CONNECT and CONNECTED.
std::string escaped(std::string_view text) {
  std::string value;
  for (const char c : text) {
    if (c == '\\') {
      value += "\\\\";
    } else if (c == '\n') {
      value += "\\n";
    } else if (c == '\r') {
      value += "\\r";
    } else if (c == ':') {
      value += "\\c";
    } else {
      value += c;
    }
  }
  return value;
}

/// Nothing for an undefined escape, which 1.2 calls fatal.
std::optional<std::string> unescaped(std::string_view text) {
  constexpr std::string_view kNames = "nrc\\";
  constexpr std::string_view kMeanings = "\n\r:\\";
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    const auto which = ++i < text.size() ? kNames.find(text[i]) : kNames.npos;
    if (which == kNames.npos) return std::nullopt;
    value += kMeanings[which];
  }
  return value;
}

std::uint64_t milliseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1000); }

/// "sx,sy": what the server can send and wants to get, in ms; anything else is 0,0.
std::pair<double, double> heart_beat_of(std::string_view text) {
  constexpr std::uint32_t kDay = 86'400'000;
  std::uint32_t can_send = 0;
  std::uint32_t wants = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, can_send);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') return {0, 0};
  const auto second = std::from_chars(first.ptr + 1, end, wants);
  if (second.ec != std::errc() || second.ptr != end) return {0, 0};
  return {std::min(can_send, kDay) / 1000.0, std::min(wants, kDay) / 1000.0};
}

/// Cuts a line off, without its end (LF or CR LF).
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// Of a header that comes twice the first counts (1.2, Repeated Header Entries).
std::string_view header_of(const StompHeaders& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string_view() : found->second;
}

void put_header(StompHeaders& headers, const std::string& name, const std::string& value) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  if (found == headers.end()) {
    headers.emplace_back(name, value);
  } else {
    found->second = value;
  }
}

bool has_header(const StompHeaders& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return header.first == name; });
}

}  // namespace

std::string_view Stomp::Frame::header(std::string_view name) const {
  return header_of(headers, name);
}

std::string Stomp::encode(const Frame& frame) {
  const bool plain = frame.command == "CONNECT";
  std::string text = frame.command + "\n";
  for (const auto& [name, value] : frame.headers) {
    text += (plain ? name : escaped(name)) + ":" + (plain ? value : escaped(value)) + "\n";
  }
  return text + "\n" + frame.body + std::string(1, '\0');
}

Steps Stomp::opened() {
  const auto beat = milliseconds(setting_.heart_beat);
  Frame connect{"CONNECT",
                {{"accept-version", "1.2"},
                 {"host", setting_.host},
                 {"heart-beat", fmt::format("{},{}", beat, beat)}},
                {}};
  Frame masked = connect;
  const auto add = [&](const std::string& name, const std::string& value) {
    put_header(connect.headers, name, value);
    put_header(masked.headers, name, name == "host" ? value : kMask);
  };
  if (!setting_.login.empty()) {
    add("login", setting_.login);
    add("passcode", setting_.passcode);
  }
  for (const auto& [name, value] : setting_.stomp_headers) add(name, value);
  if (connect.headers == masked.headers) return {send(encode(connect))};
  return {send_credentials(encode(connect), encode(masked))};
}

std::string_view Stomp::login_hint() const {
  if (!setting_.login.empty() || !setting_.stomp_headers.empty()) return {};
  return "--auth USER:PASS or --stomp-header gives what it may ask for";
}

Steps Stomp::typed(MessageType type, std::string_view data, double now) {
  if (type == MessageType::kBinary) return {refuse("with --stomp binary input is not sent")};
  auto command = stomp_command(data);
  if (!command) return {refuse(std::move(command.error()))};
  Frame frame{command->name, {}, std::move(command->body)};
  Steps steps;
  if (command->name == "SUBSCRIBE") {
    const auto given = header_of(command->headers, "id");
    if (!given.empty()) own_ids_.emplace(given);
    while (given.empty() && own_ids_.count(std::to_string(last_id_)) > 0) ++last_id_;
    const auto id = given.empty() ? std::to_string(last_id_++) : std::string(given);
    if (given.empty()) frame.headers.emplace_back("id", id);
    steps.push_back(
        notice("UNSUBSCRIBE " + shown_name(id) + " ends the subscription to " + command->target));
  }
  frame.headers.emplace_back(command->target_header, command->target);
  for (auto& header : command->headers) frame.headers.push_back(std::move(header));
  const auto unless_given = [&](const char* name, std::string value) {
    if (!has_header(frame.headers, name)) frame.headers.emplace_back(name, std::move(value));
  };
  if (command->name == "SUBSCRIBE") unless_given("ack", "auto");
  if (command->name == "SEND") {
    unless_given("content-type", "text/plain");
    unless_given("content-length", std::to_string(frame.body.size()));
  }
  steps.insert(steps.begin(), send(encode(frame)));
  last_sent_ = now;
  return steps;
}

Steps Stomp::received(MessageType, std::string_view data, double now) {
  last_heard_ = now;
  if (ended_) return {};
  partial_ += data;
  return go_on();
}

Steps Stomp::go_on() {
  Steps steps;
  bool whole = true;
  while (!ended_ && whole && steps.size() < kStepsAtOnce) {
    whole = take_head(steps) && take_body(steps);
    if (whole) frame(std::exchange(coming_, {}), steps);
  }
  if (whole) return steps;
  // Once a message, not once a frame: what is left moves with each.
  partial_.erase(0, begin_);
  looked_ -= begin_;
  if (body_ > 0) body_ -= begin_;
  begin_ = 0;
  if (!ended_ && partial_.size() > kMostBytes) broken("a STOMP frame exceeds 64 MiB", steps);
  return steps;
}

std::string Stomp::unfinished() const {
  // What is left over behind a frame and begins with no command is none.
  if (ended_ || partial_.empty() || !is_letter(partial_.front())) return {};
  std::string text = "a STOMP frame came only in part";
  if (body_ == 0) return text;
  text.insert(text.find(" came"), " (" + coming_.command + ")");
  if (!length_) return text + ", without the NUL at its end";
  return text + ": " + std::to_string(partial_.size() - body_) + " of " + std::to_string(*length_) +
         " bytes, and the NUL";
}

bool Stomp::broken(const char* why, Steps& steps) {
  ended_ = true;
  steps.push_back(broken_by_peer(why));
  return false;
}

/// Passes over the empty line behind the headers, or over all there is where it has not come.
bool Stomp::find_head_end() {
  std::size_t lf;
  while ((lf = partial_.find('\n', looked_)) != std::string::npos) {
    looked_ = lf + 1;
    const auto line_end = partial_[lf - 1] == '\r' ? lf - 1 : lf;
    if (partial_[line_end - 1] == '\n') return true;
  }
  looked_ = partial_.size();
  return false;
}

bool Stomp::take_head(Steps& steps) {
  if (body_ > 0) return true;
  // Line ends between frames are heartbeats.
  begin_ = std::min(partial_.find_first_not_of("\r\n", begin_), partial_.size());
  looked_ = std::max(looked_, begin_ + 1);
  if (!find_head_end()) return false;
  body_ = looked_;
  std::string_view head(partial_.data() + begin_, body_ - begin_);
  coming_.command = take_line(head);
  const bool plain = coming_.command == "CONNECTED";
  for (auto line = take_line(head); !line.empty(); line = take_line(head)) {
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = line.substr(0, colon);
    const auto value = line.substr(std::min(colon + 1, line.size()));
    auto key = plain ? std::string(name) : unescaped(name);
    auto meaning = plain ? std::string(value) : unescaped(value);
    if (!key || !meaning) return broken("a STOMP header with an undefined escape", steps);
    if (coming_.headers.size() == kMostHeaders) {
      return broken("a STOMP frame with more than 1000 headers", steps);
    }
    coming_.headers.emplace_back(std::move(*key), std::move(*meaning));
  }
  return take_length(steps);
}

bool Stomp::take_length(Steps& steps) {
  const auto text = coming_.header("content-length");
  length_.reset();
  if (text.empty()) return true;
  std::size_t size = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), size);
  if (parsed.ec != std::errc() || size > kMostBytes) {
    return broken("a STOMP frame with a wrong content-length", steps);
  }
  length_ = size;
  return true;
}

// A NUL within content-length is part of the body.
bool Stomp::take_body(Steps& steps) {
  const auto end = length_ ? body_ + *length_ : partial_.find('\0', looked_);
  if (end >= partial_.size()) {
    looked_ = partial_.size();
    return false;
  }
  if (partial_[end] != '\0') {
    return broken("a STOMP frame is longer than its content-length", steps);
  }
  coming_.body = partial_.substr(body_, end - body_);
  begin_ = looked_ = end + 1;
  body_ = 0;
  return true;
}

void Stomp::frame(const Frame& frame, Steps& steps) {
  if (frame.command == "CONNECTED") {
    connected_ = true;
    agree_heart_beat(frame.header("heart-beat"));
  } else if (frame.command == "MESSAGE") {
    const auto ack = frame.header("ack");
    steps.push_back(show("MESSAGE " + shown_name(frame.header("destination")) + " " + frame.body));
    if (!ack.empty()) steps.push_back(notice("waits for ACK " + shown_name(ack)));
  } else if (frame.command == "RECEIPT") {
    steps.push_back(show("RECEIPT " + shown_name(frame.header("receipt-id"))));
  } else if (frame.command == "ERROR") {
    ended_ = true;
    std::string why(frame.header("message"));
    const auto body = std::string_view(frame.body).substr(0, 500);
    if (!body.empty()) why.append(why.empty() ? "" : ": ").append(body);
    steps.push_back(connected_ ? broken_by_peer("server sent a STOMP error: " + why)
                               : refused_by_peer("server refused to connect: " + why,
                                                 std::string(login_hint())));
  } else {
    ended_ = true;
    steps.push_back(broken_by_peer("not a STOMP frame: " + shown_name(frame.command.substr(0, 40)),
                                   "does that server speak STOMP, and at that path?"));
  }
}

// Each way the slower of what one side can and the other wants; a zero on either side: none.
void Stomp::agree_heart_beat(std::string_view theirs) {
  const auto [can_send, wants] = heart_beat_of(theirs);
  const double ours = static_cast<double>(milliseconds(setting_.heart_beat)) / 1000;
  send_every_ = wants > 0 && ours > 0 ? std::max(ours, wants) : 0;
  hear_every_ = can_send > 0 && ours > 0 ? std::max(ours, can_send) : 0;
  last_sent_ = last_heard_;
}

std::optional<double> Stomp::due() const {
  std::optional<double> at;
  if (!connected_ || ended_) return at;
  if (send_every_ > 0) at = last_sent_ + send_every_ * kEarly;
  if (hear_every_ > 0) {
    const double silent = last_heard_ + hear_every_ * kMargin;
    at = at ? std::min(*at, silent) : silent;
  }
  return at;
}

Steps Stomp::tick(double now) {
  if (!connected_ || ended_) return {};
  if (hear_every_ > 0 && now >= last_heard_ + hear_every_ * kMargin) {
    ended_ = true;
    return {lost_peer(
        fmt::format("connection lost: no STOMP heart-beat within {:g} s", hear_every_ * kMargin),
        "--heartbeat-interval asks for fewer of them")};
  }
  if (send_every_ <= 0 || now < last_sent_ + send_every_ * kEarly) return {};
  last_sent_ = now;
  return {send("\n")};
}

Steps Stomp::leaving() {
  if (!connected_ || ended_) return {};
  connected_ = false;
  return {send(encode({"DISCONNECT", {}, {}}))};
}

}  // namespace wscope::dialect
