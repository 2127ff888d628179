#include "session/script_connection.h"

#include <utility>

namespace wscope::session {
namespace {

/// A Close that went both ways is one; anything else is the loss of the connection.
ScriptEvent end_event(const Ending& ending) {
  ScriptEvent event;
  if (ending.closed.clean) {
    event.kind = ScriptEvent::Kind::kClose;
    event.code = ending.closed.code;
    event.data = ending.reason;
  } else {
    event.kind = ScriptEvent::Kind::kLost;
    event.data = ending.error ? ending.error->message : "connection lost";
  }
  return event;
}

}  // namespace

ScriptConnection::ScriptConnection(asio::io_context& loop, Options options, net::TlsContexts& tls,
                                   std::string name, Clock& clock, EventSink& sink, Host& host)
    : loop_(loop),
      options_(std::move(options)),
      name_(std::move(name)),
      clock_(clock),
      sink_(sink, name_),
      opening_events_(sink_, clock),
      connector_(loop, options_.network, tls, opening_events_),
      frames_(sink_),
      host_(host) {}

void ScriptConnection::open(const net::Url& url) {
  opening_ = std::make_unique<Opening>(loop_, options_, opening_events_, connector_);
  opening_->start(url, std::nullopt,
                  [this](Result<OpenedStream> result) { opened(std::move(result)); });
}

void ScriptConnection::opened(Result<OpenedStream> result) {
  clock_.sample();
  opening_.reset();
  if (!result) {
    end_ = result.error().message;
    return host_.script_failed(*this, std::move(result.error()));
  }
  OpenedStream opened = std::move(*result);
  const std::string local = opened.stream->local_address();
  const std::string peer = opened.stream->peer_address();
  sink_.on_opened({opened.url, opened.agreed.subprotocol, opened.agreed.extensions, local, peer});

  ws::EngineSettings settings;
  settings.max_message_size = options_.messages.max_size;
  settings.answer_pings = options_.liveness.send_pong;
  settings.deflate = opened.agreed.deflate;
  connection_ =
      std::make_unique<Connection>(loop_, std::move(opened.stream), Connection::Role::kClient,
                                   settings, options_.network.close_timeout, *this);
  frames_.reset();
  connection_->observe_wire(sink_.frame_preview() > 0);
  host_.script_opened(*this);
  connection_->start(opened.rest);
}

std::optional<std::string> ScriptConnection::why_not() const {
  if (connection_ && connection_->open() && !closing_) return std::nullopt;
  if (connection_) return "the connection is closing";
  return end_.empty() ? "the connection is not open" : end_;
}

void ScriptConnection::send(MessageType type, std::string_view data) {
  if (connection_->send(type, data)) sink_.on_message({Direction::kSent, type, data});
}

void ScriptConnection::ping(std::string_view data) {
  if (!connection_->ping(data)) return;
  round_trips_.sent(data, Clock::Steady::now());
  sink_.on_ping({Direction::kSent, data, std::nullopt});
}

void ScriptConnection::pong(std::string_view data) {
  if (connection_->pong(data)) sink_.on_pong({Direction::kSent, data, std::nullopt});
}

void ScriptConnection::close(std::uint16_t code, std::string_view reason) {
  closing_ = true;
  if (connection_) connection_->close(code, reason);
}

void ScriptConnection::cancel_opening() {
  if (opening_) opening_->cancel();
  opening_.reset();
}

void ScriptConnection::close_within(double seconds) {
  if (connection_) connection_->close_within(seconds);
}

void ScriptConnection::abort() {
  if (connection_) connection_->abort({});
}

void ScriptConnection::settle() {
  if (connection_) connection_->settle();
}

void ScriptConnection::connection_message(MessageType type, std::string_view data) {
  sink_.on_message({Direction::kReceived, type, data});
  host_.script_event(*this, {ScriptEvent::Kind::kMessage, type, std::string(data), {}});
}

void ScriptConnection::connection_ping(std::string_view data) {
  sink_.on_ping({Direction::kReceived, data, std::nullopt});
  host_.script_event(*this, {ScriptEvent::Kind::kPing, MessageType::kText, std::string(data), {}});
}

void ScriptConnection::connection_pong_sent(std::string_view data) {
  sink_.on_pong({Direction::kSent, data, std::nullopt});
}

void ScriptConnection::connection_pong(std::string_view data) {
  const auto round_trip = round_trips_.answered(data, Clock::Steady::now());
  sink_.on_pong({Direction::kReceived, data, round_trip});
  host_.script_event(*this, {ScriptEvent::Kind::kPong, MessageType::kText, std::string(data), {}});
}

void ScriptConnection::connection_ended(Ending ending) {
  clock_.sample();
  frames_.end();
  if (ending.closed.first) {
    sink_.on_closed(ending.closed_event());
  } else if (ending.error) {
    // Nobody else tells of it where the script goes on.
    sink_.on_failure(*ending.error);
  }
  ScriptEvent event = end_event(ending);
  end_ = event.kind == ScriptEvent::Kind::kClose ? "it ended with " + describe_event(event)
                                                 : event.data;
  connection_.reset();
  host_.script_event(*this, std::move(event));
  host_.script_ended(*this, ending);
}

}  // namespace wscope::session
