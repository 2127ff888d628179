#include "ws/response_gate.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "ws/refusal.h"

namespace wscope::ws {
namespace {

constexpr std::string_view kHttp = "HTTP/";
constexpr std::size_t kHeadLimit = std::size_t{64} << 10;
constexpr std::size_t kBodyLimit = std::size_t{16} << 10;
constexpr char kTlsAlert = 0x15;
constexpr char kTlsMajor = 0x03;

Error handshake_error(std::string message, std::string hint = {}) {
  return {Stage::kHandshake, std::move(message), std::move(hint), {}};
}

Error not_valid(const std::string& what, std::string hint = {}) {
  return handshake_error("the server's handshake is not valid: " + what, std::move(hint));
}

/// RFC 8446 6: a TLS server answers a plain request with an alert record.
bool may_be_tls_alert(std::string_view bytes) {
  return bytes[0] == kTlsAlert && (bytes.size() < 2 || bytes[1] == kTlsMajor);
}

Error no_http(std::string_view bytes) {
  const std::string sent = quoted(bytes, 40);
  if (bytes.size() >= 2 && may_be_tls_alert(bytes)) {
    return handshake_error("the server speaks TLS, not plain HTTP: it sent " + sent, "use wss://");
  }
  return handshake_error("the server does not speak HTTP: it sent " + sent,
                         "check host and port: this is no WebSocket server");
}

Error not_upgraded(const ResponseHead& head, std::string_view name, std::string_view expected) {
  const std::string header(name);
  return not_valid(head.count(name) == 0 ? "it has no " + header
                                         : header + " is " + quoted(head.joined(name)) +
                                               ", expected " + quoted(expected),
                   "a proxy on the way may not let upgrades through");
}

/// RFC 6455 4.1, the client's check 2: the value is this and nothing else, in any case.
std::optional<Error> wrong_upgrade(const ResponseHead& head) {
  constexpr std::string_view kName = "Upgrade";
  constexpr std::string_view kValue = "websocket";
  if (equal_ignoring_case(head.joined(kName), kValue)) return std::nullopt;
  return not_upgraded(head, kName, kValue);
}

/// RFC 6455 4.1, check 3: the header lists the token.
std::optional<Error> wrong_connection(const ResponseHead& head) {
  constexpr std::string_view kName = "Connection";
  constexpr std::string_view kToken = "Upgrade";
  if (list_has(head.joined(kName), kToken)) return std::nullopt;
  return not_upgraded(head, kName, kToken);
}

/// RFC 6455 4.1, check 4.
std::optional<Error> wrong_accept(const ResponseHead& head, const std::string& key) {
  constexpr std::string_view kName = "Sec-WebSocket-Accept";
  if (head.count(kName) == 0) return not_valid("it has no Sec-WebSocket-Accept");
  if (head.count(kName) > 1) {
    return not_valid("Sec-WebSocket-Accept comes " + std::to_string(head.count(kName)) +
                     " times: " + quoted(head.joined(kName), 128));
  }
  const std::string expected = accept_for_key(key);
  const std::string got = head.find(kName).value_or("");
  if (got == expected) return std::nullopt;
  return not_valid("Sec-WebSocket-Accept is " + quoted(got) + ", expected " + quoted(expected));
}

/// RFC 6455 4.1, check 6: at most one, and one that was asked for.
std::optional<Error> wrong_subprotocol(const ResponseHead& head,
                                       const std::vector<std::string>& asked) {
  constexpr std::string_view kName = "Sec-WebSocket-Protocol";
  if (head.count(kName) == 0) return std::nullopt;
  const std::string value = head.joined(kName);
  if (split_list(value).size() > 1) {
    return not_valid("it chose more than one subprotocol: " + quoted(value));
  }
  if (std::find(asked.begin(), asked.end(), value) != asked.end()) return std::nullopt;
  std::string names;
  for (const std::string& name : asked) names += (names.empty() ? "" : ", ") + quoted(name);
  return not_valid("it chose the subprotocol " + quoted(value) + ", which was not asked for" +
                       (names.empty() ? "" : " (asked for " + names + ")"),
                   "-s NAME asks for a subprotocol");
}

}  // namespace

ResponseGate::ResponseGate(const HandshakeRequest& request) : request_(request) {}

ResponseGate::Progress ResponseGate::progress() const {
  if (state_ == State::kAccepted) return Progress::kAccepted;
  return state_ == State::kFailed ? Progress::kFailed : Progress::kMore;
}

ResponseGate::Progress ResponseGate::feed(std::string_view bytes) {
  if (!bytes.empty()) begun_ = true;
  while (!bytes.empty() && (state_ == State::kFirstBytes || state_ == State::kHead)) {
    bytes.remove_prefix(take_head(bytes));
  }
  if (state_ == State::kBody) {
    refusal_body_->feed(bytes);
    if (refusal_body_->done()) refuse_with_body();
  } else if (state_ == State::kAccepted) {
    rest_.append(bytes);
  }
  return progress();
}

ResponseGate::Progress ResponseGate::finish(std::string_view why) {
  if (state_ != State::kBody) return cut(why);
  // RFC 9112 6.3: without a length the end of the connection is that of the body.
  refuse(refusal_body_->ends_with_peer() ? "" : cut_note(why));
  return progress();
}

ResponseGate::Progress ResponseGate::cut(std::string_view why) {
  switch (state_) {
    case State::kFirstBytes:
    case State::kHead:
      if (!begun_) {
        fail_gate(handshake_error("the server sent no answer to the upgrade: " + std::string(why)));
      } else if (buffer_.empty()) {
        fail_gate(handshake_error("the server sent an interim response and then no answer: " +
                                  std::string(why)));
      } else if (state_ == State::kFirstBytes && buffer_.size() < kHttp.size()) {
        fail_gate(no_http(buffer_));
      } else {
        fail_gate(handshake_error("the server's answer ends inside its head: " + std::string(why) +
                                  ", after " + quoted(buffer_)));
      }
      break;
    case State::kBody:
      refuse(cut_note(why));
      break;
    case State::kAccepted:
    case State::kFailed:
      break;
  }
  return progress();
}

std::size_t ResponseGate::take_head(std::string_view bytes) {
  // Line by line: each byte is looked at once, however the bytes are split.
  const std::size_t feed = bytes.find('\n');
  const std::size_t size = feed == std::string_view::npos ? bytes.size() : feed + 1;
  const std::size_t room = kHeadLimit - others_.size() - buffer_.size();
  buffer_.append(bytes.substr(0, std::min(size, room)));
  if (state_ == State::kFirstBytes) take_first_bytes();
  if (state_ == State::kFailed) return size;
  if (size > room) {
    reject(handshake_error("the server's response head is longer than 64 KiB"));
    return size;
  }
  if (feed == std::string_view::npos) {
    line_length_ += size;
    return size;
  }
  const bool has_return = buffer_.size() > 1 && buffer_[buffer_.size() - 2] == '\r';
  const std::size_t line_length = line_length_ + size - 1;
  line_length_ = 0;
  if (line_length == 0 || (line_length == 1 && has_return)) end_head();
  return size;
}

// The first byte that is not "HTTP/" decides; of what may be a TLS alert, the second.
void ResponseGate::take_first_bytes() {
  const std::size_t size = std::min(buffer_.size(), kHttp.size());
  if (kHttp.substr(0, size) != std::string_view(buffer_).substr(0, size)) {
    if (buffer_.size() == 1 && may_be_tls_alert(buffer_)) return;
    reject(no_http(buffer_));
  } else if (size == kHttp.size()) {
    state_ = State::kHead;
  }
}

void ResponseGate::end_head() {
  auto head = parse_response_head(buffer_);
  if (!head) return reject(std::move(head.error()));
  if (head->status < 200 && head->status != 101) {
    // RFC 9110 15.2: interim responses come before the one that counts.
    others_ += buffer_;
    buffer_.clear();
    state_ = State::kFirstBytes;
    return;
  }
  head_ = std::move(*head);
  if (head_->status == 101) return judge_upgrade();
  refusal_body_.emplace(head_->status, head_->raw, kBodyLimit);
  state_ = State::kBody;
}

void ResponseGate::judge_upgrade() {
  const auto fail_with_head = [this](Error error) {
    error.detail = telling_headers(*head_);
    fail_gate(std::move(error));
  };
  // RFC 6455 4.2.2, item 5.1: HTTP/1.1 or later; HTTP/1.0 knows no Upgrade (RFC 9110 7.8).
  if (head_->major_version != 1 || head_->minor_version < 1) {
    return fail_with_head(not_valid("it is in " + quoted(head_->status_line.substr(0, 8)) +
                                    ", expected \"HTTP/1.1\""));
  }
  if (auto wrong = wrong_upgrade(*head_)) return fail_with_head(*wrong);
  if (auto wrong = wrong_connection(*head_)) return fail_with_head(*wrong);
  if (auto wrong = wrong_accept(*head_, request_.key)) return fail_with_head(*wrong);
  if (auto wrong = wrong_subprotocol(*head_, request_.subprotocols)) return fail_with_head(*wrong);
  // RFC 6455 4.1, check 5.
  agreed_.extensions = head_->joined("Sec-WebSocket-Extensions");
  auto deflate = accept_deflate_answer(request_.deflate, agreed_.extensions, request_.extensions);
  if (!deflate) return fail_with_head(std::move(deflate.error()));
  agreed_.deflate = *deflate;
  agreed_.subprotocol = head_->find("Sec-WebSocket-Protocol").value_or("");
  state_ = State::kAccepted;
}

void ResponseGate::reject(Error error) {
  error.transient = false;
  fail_gate(std::move(error));
}

void ResponseGate::fail_gate(Error error) {
  if (!head_) others_ += buffer_;
  error_ = std::move(error);
  state_ = State::kFailed;
}

std::string ResponseGate::cut_note(std::string_view why) const {
  return "the body is not whole: " + std::string(why);
}

void ResponseGate::refuse_with_body() {
  std::string note;
  if (refusal_body_->cut()) {
    note = "the body goes on: cut at 16 KiB";
  } else if (!refusal_body_->whole()) {
    note = "the body's framing is broken";
  }
  refuse(note);
}

void ResponseGate::refuse(const std::string& note) {
  body_ = refusal_body_->content();
  fail_gate(explain_refusal(request_, *head_, body_, note));
}

}  // namespace wscope::ws
