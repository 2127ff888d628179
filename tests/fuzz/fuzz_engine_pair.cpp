// Two engines, a client that went through the response gate and a server, joined by two strings:
// any calls of our own interface in any order, the bytes in any pieces. Whatever was taken for
// sending arrives, in order and unchanged, with any agreement about permessage-deflate; both ends
// count the same; a Close ends both. On a wire that bends bytes nothing worse than a failure comes.
//
// Input: three bytes of switches and offers, then calls: one byte each with their own operands.
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "base/close_code.h"
#include "base/utf8.h"
#include "engine_story.h"
#include "ws/handshake_request.h"
#include "ws/response_gate.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

constexpr std::size_t kLargest = 70000;
constexpr std::size_t kMostInAll = 150000;  // so that pongs are not put off

/// The input's bytes as choices; zeros behind its end.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool left() const { return at_ < size_; }
  std::uint8_t byte() { return left() ? data_[at_++] : 0; }
  std::string bytes(std::size_t most) {
    const std::size_t size = std::min(most, size_ - at_);
    at_ += size;
    return {reinterpret_cast<const char*>(data_) + at_ - size, size};
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

struct Sent {
  MessageType type;
  std::string data;
};

class End : public EngineListener {
 public:
  std::unique_ptr<Engine> engine;
  End* peer = nullptr;
  bool bent = false;          // the wire: then nothing is known of what comes
  std::deque<Sent> messages;  // on their way to this end
  std::deque<std::string> pings;
  std::deque<std::string> pongs;
  std::optional<CloseFrame> sent_close;
  std::optional<CloseFrame> got_close;
  bool failed = false;
  unsigned echoes = 0;  // messages that are sent back from within on_message

  void on_message(MessageType type, std::string_view data) override {
    require(!got_close && !failed && data.size() <= kLargest);
    require(type == MessageType::kBinary || is_valid_utf8(data));
    if (!bent) {
      require(!messages.empty() && messages.front().type == type && messages.front().data == data);
      messages.pop_front();
    }
    if (echoes == 0) return;
    --echoes;
    if (send(type, data)) peer->messages.push_back({type, std::string(data)});
  }
  bool send(MessageType type, std::string_view data) {
    return type == MessageType::kText ? engine->send_text(data) : engine->send_binary(data);
  }
  void on_ping(std::string_view data) override {
    take(pings, data);
    peer->pongs.emplace_back(data);
  }
  void on_pong(std::string_view data) override { take(pongs, data); }
  void on_close(const CloseFrame& frame) override {
    require(!got_close && !failed);
    got_close = frame;
    if (!sent_close) sent_close = frame;  // the answer
  }
  void on_failed(const Error& error, std::uint16_t) override {
    require(!got_close && !failed && !error.message.empty());
    require(bent);
    failed = true;
  }

 private:
  void take(std::deque<std::string>& on_their_way, std::string_view data) {
    require(!got_close && !failed && data.size() <= kMaxControlPayload);
    if (bent) return;
    require(!on_their_way.empty() && on_their_way.front() == data);
    on_their_way.pop_front();
  }
};

DeflateOffer offer_of(Choices& choices) {
  const std::uint8_t choice = choices.byte();
  const std::uint8_t more = choices.byte();
  DeflateOffer offer;
  offer.server_no_context_takeover = (choice & 1U) != 0;
  offer.client_no_context_takeover = (choice & 2U) != 0;
  if ((choice & 4U) != 0) offer.server_max_window_bits = 8 + ((choice >> 4U) & 7U);
  if ((choice & 8U) != 0) offer.client_max_window_bits = 8 + (more & 7U);
  offer.level = static_cast<int>((more >> 3U) % 11U) - 1;
  offer.threshold = (more & 0x80U) != 0 ? 64 : 0;
  return offer;
}

void deliver(End& from, End& to, std::size_t most, std::uint8_t bend) {
  std::string bytes(from.engine->output().substr(0, most));
  from.engine->output_written(bytes.size());
  if (bend != 0 && !bytes.empty()) bytes[bend % bytes.size()] ^= static_cast<char>(bend | 1);
  if (bytes.size() % 2 == 0) {
    to.engine->received(bytes);
    return;
  }
  for (std::string_view rest = bytes; !rest.empty();) {
    const Engine::Span room = to.engine->receive_buffer();
    require(room.size > 0);
    const std::size_t copied = rest.copy(room.data, room.size);
    to.engine->received(copied);
    rest.remove_prefix(copied);
  }
}

/// RFC 6455 4: the opening handshake, its bytes in pieces of `piece`.
void open(End& client, End& server, const std::optional<DeflateOffer>& offer, std::size_t piece) {
  auto request =
      write_request({"/", "h", std::nullopt, ""}, HandshakeOptions{}, offer, "the sample nonce");
  require(request.has_value());
  for (std::size_t at = 0; at < request->head.size(); at += piece) {
    server.engine->received(std::string_view(request->head).substr(at, piece));
  }
  ResponseGate gate(*request);
  auto progress = ResponseGate::Progress::kMore;
  while (progress == ResponseGate::Progress::kMore && !server.engine->output().empty()) {
    const std::string bytes(server.engine->output().substr(0, piece));
    server.engine->output_written(bytes.size());
    progress = gate.feed(bytes);
  }
  require(progress == ResponseGate::Progress::kAccepted);
  EngineSettings settings;
  settings.max_message_size = kLargest;
  settings.deflate = gate.agreed().deflate;
  client.engine = Engine::client(settings, client);
  client.engine->received(gate.rest());
}

/// One call of the interface by `end`.
void call(End& end, std::uint8_t what, Choices& choices, std::size_t& in_all) {
  if (what < 3) {
    std::string data = choices.bytes(choices.byte());
    const std::size_t times = what == 2 ? 1 + choices.byte() * std::size_t{4} : 1;
    if (in_all + data.size() * times > kMostInAll || data.size() * times > kLargest) return;
    in_all += data.size() * times;
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += data;
    const auto type = what != 1 && is_valid_utf8(all) ? MessageType::kText : MessageType::kBinary;
    const bool taken = end.send(type, all);
    require(taken == (end.engine->state() == Engine::State::kOpen));
    if (taken) end.peer->messages.push_back({type, std::move(all)});
  } else if (what < 5) {
    const std::string data = choices.bytes(choices.byte());
    const bool taken = what == 3 ? end.engine->send_ping(data) : end.engine->send_pong(data);
    require(!taken || data.size() <= kMaxControlPayload);
    if (taken) (what == 3 ? end.peer->pings : end.peer->pongs).push_back(data);
  } else {
    CloseFrame frame;
    const unsigned high = choices.byte();
    const auto code = static_cast<std::uint16_t>(high << 8 | choices.byte());
    if (why_not_sendable(code).empty()) frame.code = code;
    if (frame.code) frame.reason = choices.bytes(choices.byte());
    if (!is_valid_utf8(frame.reason)) frame.reason.clear();
    if (!end.engine->close(frame.code, frame.reason)) return;
    end.sent_close = frame;
  }
}

void require_same_counts(const EngineCounters& sent, const EngineCounters& received) {
  require(sent.messages_sent == received.messages_received);
  require(sent.payload_sent == received.payload_received);
  require(sent.compressed_out == received.compressed_in && sent.deflated == received.inflated);
  require(sent.wire_sent == received.wire_received);
}

bool same(const CloseFrame& a, const CloseFrame& b) {
  return a.code == b.code && a.reason == b.reason;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  const std::uint8_t switches = choices.byte();
  const bool bent = (switches & 1U) != 0;
  EngineSettings settings;
  settings.max_message_size = kLargest;
  const DeflateOffer offer = offer_of(choices);
  if ((switches & 2U) == 0) settings.server_deflate = offer_of(choices);
  End client, server;
  client.peer = &server;
  server.peer = &client;
  client.bent = server.bent = bent;
  server.engine = Engine::server(settings, server);
  open(client, server, (switches & 4U) == 0 ? std::optional(offer) : std::nullopt,
       1 + (switches >> 3U & 7U) * std::size_t{49});

  client.echoes = (switches & 0x40U) != 0 ? 3 : 0;
  server.echoes = (switches & 0x80U) != 0 ? 2 : 0;
  std::size_t in_all = 0;
  while (choices.left()) {
    const std::uint8_t what = choices.byte();
    End& end = (what & 1U) == 0 ? client : server;
    const auto which = static_cast<std::uint8_t>((what >> 1U) % 8U);
    if (which < 6) {
      call(end, which, choices, in_all);
    } else {
      const std::size_t most = which == 6 ? choices.byte() : choices.byte() * std::size_t{256};
      deliver(end, *end.peer, most, bent ? choices.byte() : 0);
    }
  }
  while (!client.engine->output().empty() || !server.engine->output().empty()) {
    deliver(client, server, std::string_view::npos, 0);
    deliver(server, client, std::string_view::npos, 0);
  }
  if (bent) return 0;
  require(client.messages.empty() && server.messages.empty());
  const bool closed = client.sent_close.has_value();
  require(closed == server.sent_close.has_value());
  const auto state = closed ? Engine::State::kClosed : Engine::State::kOpen;
  require(client.engine->state() == state && server.engine->state() == state);
  if (closed) {
    require(same(*client.got_close, *server.sent_close));
    require(same(*server.got_close, *client.sent_close));
    return 0;
  }
  require(client.pings.empty() && server.pings.empty() && client.pongs.empty() &&
          server.pongs.empty());
  require_same_counts(client.engine->counters(), server.engine->counters());
  require_same_counts(server.engine->counters(), client.engine->counters());
  return 0;
}
