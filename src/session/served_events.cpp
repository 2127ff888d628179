#include "session/served_events.h"

#include <fmt/format.h>

#include <optional>

#include "ws/response_head.h"

namespace wscope::session {
namespace {

/// As long as it lives, what is told is this client's.
class Speaking {
 public:
  Speaking(EventSink& sink, const ServedClient& client) : sink_(sink) {
    sink_.on_connection(fmt::format("client {}", client.number()));
  }
  ~Speaking() { sink_.on_connection({}); }
  Speaking(const Speaking&) = delete;
  Speaking& operator=(const Speaking&) = delete;

 private:
  EventSink& sink_;
};

}  // namespace

void ServedEvents::head(const ServedClient& client, Direction direction, std::string_view head) {
  if (!sink_) return;
  const Speaking speaking(*sink_, client);
  sink_->on_head({direction, head});
}

void ServedEvents::opened(const ServedClient& client, std::string_view url, std::string_view head) {
  if (!sink_) return;
  const std::string local = client.connection().stream().local_address();
  const auto ours = ws::parse_response_head(head);
  const std::string subprotocol = ours ? ours->joined("Sec-WebSocket-Protocol") : "";
  const std::string extensions = ours ? ours->joined("Sec-WebSocket-Extensions") : "";
  const Speaking speaking(*sink_, client);
  sink_->on_opened({url, subprotocol, extensions, local, client.peer(), client.number()});
}

void ServedEvents::wire(ServedClient& client, Direction direction, std::string_view bytes) {
  const Speaking speaking(*sink_, client);
  client.frames()->feed(direction, bytes);
}

void ServedEvents::ping(const ServedClient& client, Direction direction, std::string_view data) {
  if (sink_) sink_->on_ping({direction, data, std::nullopt, client.number()});
}

void ServedEvents::pong(const ServedClient& client, Direction direction, std::string_view data) {
  if (sink_) sink_->on_pong({direction, data, std::nullopt, client.number()});
}

void ServedEvents::message(ServedClient& client, Direction direction, MessageType type,
                           std::string_view data) {
  if (!sink_) return;
  Message message{direction, type, data};
  message.client = client.number();
  std::optional<Speaking> speaking;
  if (client.frames() != nullptr) speaking.emplace(*sink_, client);
  sink_->on_message(message);
}

void ServedEvents::closed(ServedClient& client, const Ending& ending) {
  if (!sink_) return;
  const Speaking speaking(*sink_, client);
  if (FrameTrace* const frames = client.frames()) frames->end();
  Closed closed = ending.closed_event();
  closed.client = client.number();
  sink_->on_closed(closed);
}

void ServedEvents::notice(const std::string& text) {
  if (!sink_) return;
  sink_->on_notice(text);
  sink_->flush();
}

}  // namespace wscope::session
