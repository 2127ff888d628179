#include "session/served_client.h"

#include <utility>

namespace wscope::session {

ServedClient::ServedClient(asio::io_context& loop, std::unique_ptr<net::Stream> stream,
                           std::size_t number, const ws::EngineSettings& settings,
                           double handshake_timeout, double close_timeout, Host& host)
    : host_(host),
      number_(number),
      peer_(stream->peer_address()),
      handshake_timeout_(handshake_timeout),
      handshake_deadline_(loop),
      connection_(loop, std::move(stream), Connection::Role::kServer, settings, close_timeout,
                  *this) {}

void ServedClient::start() {
  handshake_deadline_.start(handshake_timeout_, [this] {
    connection_.abort({Stage::kTimeout, "client sent no whole request in time", {}, {}});
  });
  connection_.start({});
}

void ServedClient::connection_message(MessageType type, std::string_view data) {
  host_.client_message(*this, type, data);
}

void ServedClient::connection_ended(Ending ending) { host_.client_ended(*this, std::move(ending)); }

ws::ServerReply ServedClient::connection_request(const ws::ServerRequest& request) {
  handshake_deadline_.cancel();
  return host_.client_request(*this, request);
}

void ServedClient::connection_opened() { host_.client_opened(*this); }

}  // namespace wscope::session
