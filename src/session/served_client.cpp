#include "session/served_client.h"

#include <utility>

namespace wscope::session {

ServedClient::ServedClient(asio::io_context& loop, std::unique_ptr<net::Stream> stream,
                           std::size_t number, const ws::EngineSettings& settings,
                           const Options& options, Host& host)
    : host_(host),
      number_(number),
      peer_(stream->peer_address()),
      handshake_timeout_(options.network.connect_timeout),
      handshake_deadline_(loop),
      connection_(loop, std::move(stream), Connection::Role::kServer, settings,
                  options.network.close_timeout, *this) {
  const auto& liveness = options.liveness;
  if (liveness.ping_interval <= 0 && liveness.heartbeat.empty()) return;
  Keepalive::Hooks hooks;
  hooks.ping = [this](const std::string& data) {
    host_.client_wakes();
    if (!connection_.ping(data)) return false;
    host_.client_ping(*this, Direction::kSent, data);
    connection_.settle();
    host_.client_rests(*this);
    return true;
  };
  hooks.heartbeat = [this](const std::string& text) {
    host_.client_wakes();
    if (!connection_.send(MessageType::kText, text)) return;
    host_.client_sent(*this, MessageType::kText, text);
    connection_.settle();
    host_.client_rests(*this);
  };
  hooks.dead = [this] {
    // What is waited for after a Close has --close-timeout (RFC 6455 5.5.1: no Pong need come).
    if (connection_.state() != ws::Engine::State::kOpen) return;
    connection_.abort({Stage::kTimeout, "no pong in time", {}, {}});
  };
  keepalive_ = std::make_unique<Keepalive>(loop, liveness, std::move(hooks));
}

void ServedClient::start() {
  handshake_deadline_.start(handshake_timeout_, [this] {
    connection_.abort({Stage::kTimeout, "client sent no whole request in time", {}, {}});
  });
  connection_.start({});
}

void ServedClient::show_frames(EventSink& sink) {
  frames_ = std::make_unique<FrameTrace>(sink);
  connection_.observe_wire(true);
}

bool ServedClient::give(MessageType type, std::string_view data) {
  const std::uint64_t begin = connection_.queued_until();
  if (!connection_.send(type, data)) return false;
  backlog_.add(begin, connection_.queued_until());
  return true;
}

std::uint64_t ServedClient::backlog() {
  const std::uint64_t until = connection_.queued_until();
  return backlog_.besides_largest(until - connection_.queued(), until);
}

void ServedClient::connection_message(MessageType type, std::string_view data) {
  host_.client_message(*this, type, data);
}

void ServedClient::connection_ended(Ending ending) {
  if (keepalive_) keepalive_->stop();
  host_.client_ended(*this, std::move(ending));
}

ws::ServerReply ServedClient::connection_request(const ws::ServerRequest& request) {
  handshake_deadline_.cancel();
  target_ = request.target;
  return host_.client_request(*this, request);
}

void ServedClient::connection_opened() {
  was_open_ = true;
  if (keepalive_) keepalive_->start(connection_);
  host_.client_opened(*this);
}

void ServedClient::connection_ping(std::string_view data) {
  host_.client_ping(*this, Direction::kReceived, data);
}

void ServedClient::connection_pong_sent(std::string_view data) {
  host_.client_pong(*this, Direction::kSent, data);
}

void ServedClient::connection_pong(std::string_view data) {
  if (keepalive_) keepalive_->pong(data);
  host_.client_pong(*this, Direction::kReceived, data);
}

}  // namespace wscope::session
