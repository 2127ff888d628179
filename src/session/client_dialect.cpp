// What ClientSession does for its dialect.
#include <fmt/format.h>

#include <asio/post.hpp>

#include "dialect/socketio.h"
#include "session/client_session.h"
#include "ws/close_code.h"

namespace wscope::session {
namespace {

constexpr const char* kSpeaksSocketIo = "this server speaks Socket.IO: --socketio speaks it, too";

}  // namespace

void ClientSession::say(MessageType type, const Action& action) {
  if (!dialect_) {
    // What a lost connection may have to say again stays ours.
    if (action.storage != nullptr && !reconnect_.enabled()) return hand_on(type, action);
    return send(type, action.data, action.untyped);
  }
  sink_.on_dialect_line(sent_message(type, action.data, action.untyped));
  dialect_->typed(type, action.data, clock_.seconds());
}

// Who meets a Socket.IO server without knowing it gets answers that look like noise. A pipe may
// well speak it by hand: that is only told where it did not end well.
void ClientSession::first_received(MessageType type, std::string_view data) {
  plain_ = true;
  const bool socketio = type == MessageType::kText && dialect::is_engineio_handshake(data);
  received(type, data);
  if (!socketio) return;
  if (source_.interactive()) return sink_.on_notice(kSpeaksSocketIo);
  speaks_socketio_ = true;
}

void ClientSession::hint_at_dialect(Error& error) const {
  const bool may_be_why = error.stage == Stage::kConnection || error.stage == Stage::kTimeout ||
                          error.stage == Stage::kExpectation;
  if (dialect_ && error.stage == Stage::kConnection && error.hint.empty()) {
    error.hint = dialect_->login_hint();
  }
  if (!speaks_socketio_ || !may_be_why) return;
  if (!error.hint.empty()) error.hint += "; ";
  error.hint += kSpeaksSocketIo;
}

// What was not written when a connection is lost is said again as it was typed, by the next
// connection's dialect; what this one's dialect said of itself is not.
void ClientSession::dialect_send(MessageType type, std::string_view data, std::string_view masked) {
  if (!connection_ || !connection_->send(type, data)) return;
  if (reconnect_.enabled()) outbox_.add_other();
  sink_.on_wire_message({Direction::kSent, type, data}, masked);
}

void ClientSession::dialect_said(MessageType type, std::string_view data) {
  if (reconnect_.enabled() && connection_ && connection_->open()) outbox_.completes(type, data);
}

void ClientSession::dialect_show(std::string_view line) {
  // Whoever asked for N lines gets N, also when more stood in the same message.
  if (condition_.reached()) return;
  sink_.on_dialect_line({Direction::kReceived, MessageType::kText, line});
  heard(MessageType::kText, line);
}

void ClientSession::dialect_refused(const Error& error) {
  ++refused_;
  sink_.on_error(error);
}

void ClientSession::dialect_failed(const Error& error, std::uint16_t close_code) {
  if (failure_) return;
  failure_ = error;
  quitting_ = true;
  const bool broken = error.stage == Stage::kConnection;
  const auto usual = broken ? ws::kCloseProtocolError : ws::kCloseNormal;
  close(close_code != 0 ? close_code : usual, {});
  if (connection_) connection_->settle();
}

void ClientSession::dialect_lost(const Error& error) {
  if (connection_) connection_->abort(error);
}

void ClientSession::dialect_ended() { close(ws::kCloseNormal, {}); }

// Called in the middle of receiving: what was typed meanwhile is pulled in a turn of its own.
void ClientSession::dialect_ready() {
  asio::post(loop_, [this] { pull(); });
}

void ClientSession::dialect_ticked() {
  if (connection_) connection_->settle();
  flush();
}

double ClientSession::dialect_now() {
  clock_.sample();
  return clock_.seconds();
}

bool ClientSession::dialect_hears() { return connection_may_read(); }

std::optional<double> ClientSession::dialect_part_came() {
  if (!connection_ || !connection_->message_so_far()) return std::nullopt;
  return clock_.seconds() - seconds_since(read_at_);
}

}  // namespace wscope::session
