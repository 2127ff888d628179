#include "session/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/post.hpp>
#include <limits>
#include <utility>

#include "base/close_code.h"
#include "base/escape.h"
#include "ws/close_code.h"

namespace wscope::session {
namespace {

// One wake reads at most this often, so that a flood starves neither signals nor the keyboard.
constexpr int kReadsPerWake = 8;
// A peer that does not end TCP after both Closes is not waited for long.
constexpr double kPeerEndWait = 1.0;
// While a peer is waited for it is looked so often whether what we sent gets on.
constexpr int kLooks = 8;
// What waits in our own socket and in the peer's may hide its answer: hardly ever more than this
// (tcp(7), tcp_rmem and tcp_wmem). Who has sent more since does not answer.
constexpr std::uint64_t kMostInFlight = std::uint64_t{32} << 20;
// RFC 6455 5.5: a control frame's payload is at most 125 bytes, two of them the code.
constexpr std::size_t kMostReason = 123;

bool is_normal(const std::optional<std::uint16_t>& code) {
  return !code || *code == ws::kCloseNormal || *code == ws::kCloseGoingAway;
}

std::string describe_close(const std::optional<std::uint16_t>& code, const std::string& reason) {
  std::string text = code ? std::to_string(*code) : std::string("without a code");
  if (code) text.append(" (").append(close_code_name(*code)).append(")");
  if (!reason.empty()) text.append(" ").append(quoted(reason, kMostReason));
  return text;
}

}  // namespace

Connection::Connection(asio::io_context& loop, std::unique_ptr<net::Stream> stream, Role role,
                       const ws::EngineSettings& settings, double close_timeout,
                       ConnectionOwner& owner)
    : loop_(loop),
      stream_(std::move(stream)),
      owner_(owner),
      engine_(role == Role::kClient ? ws::Engine::client(settings, *this)
                                    : ws::Engine::server(settings, *this)),
      role_(role),
      close_timeout_(close_timeout),
      close_deadline_(loop) {}

Connection::~Connection() {
  stream_->cancel();
  stream_->close();
}

void Connection::start(std::string_view first) {
  started_ = true;
  if (!first.empty()) {
    busy_ = true;
    owner_.connection_wakes();
    take(first, false);
    owner_.connection_rests();
    busy_ = false;
  }
  settle();
}

bool Connection::send(MessageType type, std::string_view data) {
  return queue_message([&] {
    return type == MessageType::kText ? engine_->send_text(data) : engine_->send_binary(data);
  });
}

bool Connection::send_whole(MessageType type, ByteBuffer& message) {
  return queue_message([&] { return engine_->send_whole(type, message); });
}

template <class Queue>
bool Connection::queue_message(Queue queue) {
  if (write_broken_) return false;
  const std::size_t before = engine_->output().size();
  if (!queue()) return false;
  const std::size_t after = engine_->output().size();
  if (after > before) message_ends_.push_back(bytes_written_ + after);
  return true;
}

bool Connection::ping(std::string_view data) {
  last_ping_from_ = queued_until();
  return engine_->send_ping(data);
}
bool Connection::pong(std::string_view data) { return engine_->send_pong(data); }

void Connection::close(std::optional<std::uint16_t> code, std::string_view reason) {
  const std::uint64_t before = queued_until();
  if (!engine_->close(code, reason)) return;
  if (!ending_.closed.first) {
    ending_.closed.first = Direction::kSent;
    ending_.closed.code = code;
    ending_.reason = reason;
  }
  start_close_deadline(before);
}

void Connection::close_within(double seconds) {
  close_timeout_ = std::min(close_timeout_, seconds);
  lets_message_end_ = false;
  if (close_deadline_.running() && !ending_begun_) await_peer();
}

// What was queued by now goes first, so that a slow reader gets everything: while more of it
// arrives the clock begins anew. What we answer in the meantime (Pongs) buys the peer no time.
void Connection::start_close_deadline(std::uint64_t owed_until) {
  owed_until_ = owed_until;
  lets_message_end_ = true;
  messages_at_close_ = engine_->counters().messages_received;
  message_at_look_ = engine_->message_so_far();
  await_peer();
}

void Connection::await_peer() {
  arrived_at_look_ = arrived_until();
  received_at_close_ = engine_->counters().wire_received;
  vain_looks_ = 0;
  look_at_peer();
}

void Connection::look_at_peer() {
  close_deadline_.start(close_timeout_ / kLooks, [this] {
    if (finished_) return;
    const std::uint64_t arrived = arrived_until();
    const bool more = arrived_at_look_ < std::min(arrived, owed_until_);
    arrived_at_look_ = arrived;
    if (more) received_at_close_ = engine_->counters().wire_received;
    const bool message = message_comes_on();
    vain_looks_ = more || message || answer_may_wait() ? 0 : vain_looks_ + 1;
    if (vain_looks_ < kLooks) return look_at_peer();
    peer_is_late();
  });
}

/// The one that the peer was at when it had not seen our Close, since the last look.
bool Connection::message_comes_on() {
  const auto so_far = engine_->message_so_far();
  const bool more = std::exchange(message_at_look_, so_far) != so_far && so_far;
  lets_message_end_ =
      lets_message_end_ && engine_->counters().messages_received == messages_at_close_;
  return more && lets_message_end_;
}

/// Of all bytes ever queued those that have reached the peer's system.
std::uint64_t Connection::arrived_until() const {
  return bytes_written_ - std::min<std::uint64_t>(bytes_written_, stream_->in_transit());
}

bool Connection::may_read() {
  const bool may = owner_.connection_may_read();
  if (!may) reading_stopped_ = true;
  return may;
}

void Connection::begin_pong_wait() {
  ping_from_ = last_ping_from_;
  received_at_ping_ = engine_->counters().wire_received;
  pong_was_held_up();
}

bool Connection::pong_was_held_up() {
  const std::uint64_t arrived = arrived_until();
  const bool by_writing = std::exchange(arrived_at_wait_, arrived) < std::min(arrived, ping_from_);
  if (by_writing) received_at_ping_ = engine_->counters().wire_received;
  const bool stopped_now = !may_read();
  const bool by_reading = std::exchange(reading_stopped_, stopped_now);
  const bool by_message = message_holds_up_pong();
  return by_writing || by_message || (by_reading && may_be_in_flight(received_at_ping_));
}

/// Since the last look more of one message came and no end of any: the pong had no place to stand.
/// Where ends came, it may have its place behind what was on its way when the ping went out.
bool Connection::message_holds_up_pong() {
  const auto so_far = engine_->message_so_far();
  const auto before = std::exchange(message_at_wait_, so_far);
  const std::uint64_t messages = engine_->counters().messages_received;
  const bool one = std::exchange(messages_at_wait_, messages) == messages;
  return so_far != before && (one || may_be_in_flight(received_at_ping_));
}

/// What the peer sent when it had our bytes may still be behind what has come since `received`.
bool Connection::may_be_in_flight(std::uint64_t received) const {
  return engine_->counters().wire_received - received <= kMostInFlight;
}

/// In our own socket, behind what our own reader has not taken yet.
bool Connection::answer_may_wait() {
  return engine_->state() == ws::Engine::State::kClosing && !read_done_ && !may_read() &&
         may_be_in_flight(received_at_close_) && owner_.connection_has_patience();
}

void Connection::peer_is_late() {
  if (!ending_.error) {
    ending_.error = Error{Stage::kConnection, late_words(), "--close-timeout waits longer", {}};
  }
  finish();
}

std::string Connection::late_words() const {
  const char* const peer = role_ == Role::kClient ? "server" : "client";
  if (engine_->state() == ws::Engine::State::kClosing) {
    const char* const why = queued() > 0                ? ": the peer does not read"
                            : engine_->message_so_far() ? ": a message came only in part"
                                                        : "";
    return fmt::format("connection closed without an answer to our Close within {:g} s{}",
                       close_timeout_, why);
  }
  return fmt::format("connection lost: {} {}, and read nothing for {:g} s", peer,
                     read_done_ ? "ended its side" : "sent its Close", close_timeout_);
}

void Connection::abort(Error error) {
  if (finished_) return;
  if (!ending_.error) ending_.error = std::move(error);
  write_some();
  finish();
}

void Connection::settle() {
  if (busy_ || finished_ || !started_) return;
  busy_ = true;
  if (!has_room()) was_full_ = true;
  write_some();
  busy_ = false;

  const auto state = engine_->state();
  const bool drained = engine_->output().empty() || write_broken_;
  if (read_done_) {
    if (drained) return judge_end();
    if (!close_deadline_.running()) {
      // It may read on for as long as it likes.
      owed_until_ = std::numeric_limits<std::uint64_t>::max();
      await_peer();
    }
  }
  const bool over = state == ws::Engine::State::kClosed || state == ws::Engine::State::kFailed;
  if (over && write_broken_) return finish();
  if (over && drained && !ending_begun_) {
    ending_begun_ = true;
    // The server ends TCP first (RFC 6455 7.1.1). Who fails the connection says so with a FIN and
    // reads on: closing with bytes unread would send a reset that can overtake our Close.
    if (role_ == Role::kServer || state == ws::Engine::State::kFailed) stream_->shutdown_send();
    close_deadline_.start(std::min(close_timeout_, kPeerEndWait), [this] { finish(); });
  }
  if (!read_done_ && may_read()) wait_readable();
  if (!drained) wait_writable();
  if (queued() == 0) tell_drained();
  if (was_full_ && queued() < kHighWater / 2) {
    was_full_ = false;
    // From the loop, not from here: the owner may be in the middle of its own work.
    asio::post(loop_, [this, weak = std::weak_ptr<bool>(alive_)] {
      if (weak.expired() || finished_) return;
      owner_.connection_has_room();
    });
  }
}

void Connection::tell_when_drained() {
  tell_when_drained_ = true;
  if (queued() == 0) tell_drained();
}

void Connection::tell_drained() {
  if (!tell_when_drained_) return;
  tell_when_drained_ = false;
  asio::post(loop_, [this, weak = std::weak_ptr<bool>(alive_)] {
    if (!weak.expired() && !finished_) owner_.connection_drained();
  });
}

Totals Connection::totals() const {
  const auto& counters = engine_->counters();
  Totals totals;
  totals.messages_sent = counters.messages_sent;
  totals.messages_received = counters.messages_received;
  totals.bytes_sent = counters.payload_sent;
  totals.bytes_received = counters.payload_received;
  totals.wire_sent = counters.wire_sent;
  totals.wire_received = counters.wire_received;
  totals.compressed_out = counters.compressed_out;
  totals.deflated = counters.deflated;
  totals.compressed_in = counters.compressed_in;
  totals.inflated = counters.inflated;
  return totals;
}

void Connection::on_message(MessageType type, std::string_view data) {
  owner_.connection_message(type, data);
}

void Connection::on_piece(MessageType type, std::string_view data, bool last) {
  owner_.connection_piece(type, data, last);
}

void Connection::on_close(const ws::CloseFrame& frame) {
  ending_.closed.clean = true;
  // A server's abnormal code tells more than our own 1000 that crossed it.
  const bool first = !ending_.closed.first.has_value();
  if (first) ending_.closed.first = Direction::kReceived;
  if (first || !is_normal(frame.code)) {
    ending_.closed.answer = !first;
    ending_.closed.code = frame.code;
    ending_.reason = frame.reason;
  }
  if (!is_normal(ending_.closed.code) && !ending_.error) {
    const std::string who = role_ == Role::kClient ? "server" : "client";
    const std::string text =
        first ? who + " closed the connection: " : std::string("connection closed: ");
    ending_.error = Error{
        Stage::kConnection, text + describe_close(ending_.closed.code, ending_.reason), {}, {}};
    ending_.error_is_close = true;
  }
  start_close_deadline(queued_until());
}

void Connection::on_failed(const Error& error, std::uint16_t code) {
  ending_.error = error;
  ending_.error_is_close = false;
  // Before the handshake is done the code is an HTTP status: no Close went out.
  // Nor did a second one where ours was out already.
  const bool told = engine_->state() != ws::Engine::State::kHandshake && code >= ws::kCloseNormal;
  if (told && !ending_.closed.first) {
    ending_.closed.first = Direction::kSent;
    ending_.closed.code = code;
    ending_.reason = utf8_prefix(error.message, kMostReason);
  }
  close_deadline_.start(close_timeout_, [this] { finish(); });
}

ws::ServerReply Connection::on_request(const ws::ServerRequest& request) {
  return owner_.connection_request(request);
}

void Connection::wait_readable() {
  if (waiting_readable_ || finished_) return;
  waiting_readable_ = true;
  stream_->async_wait(net::Readiness::kRead,
                      [this, weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                        if (weak.expired()) return;
                        waiting_readable_ = false;
                        if (!error) read_some();
                      });
}

void Connection::wait_writable() {
  if (waiting_writable_ || finished_) return;
  waiting_writable_ = true;
  stream_->async_wait(net::Readiness::kWrite,
                      [this, weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                        if (weak.expired()) return;
                        waiting_writable_ = false;
                        if (!error) settle();
                      });
}

void Connection::read_some() {
  if (finished_) return;
  busy_ = true;
  owner_.connection_wakes();
  for (int i = 0; i < kReadsPerWake && !finished_ && may_read(); ++i) {
    const auto room = engine_->receive_buffer();
    const auto result = loan_ != nullptr ? stream_->read_on_loan(room.data, room.size, *loan_)
                                         : stream_->read_some(room.data, room.size);
    if (result.status == net::IoResult::Status::kAgain) break;
    if (result.status != net::IoResult::Status::kOk) {
      read_ended(result);
      break;
    }
    take({room.data, result.bytes}, true);
    if (loan_ != nullptr) loan_->end();
    if (result.bytes < room.size && stream_->short_read_drains()) break;
  }
  owner_.connection_rests();
  busy_ = false;
  settle();
}

void Connection::take(std::string_view bytes, bool in_engine_buffer) {
  if (observe_wire_) owner_.connection_wire(Direction::kReceived, bytes);
  if (in_engine_buffer) {
    engine_->received(bytes.size());
  } else {
    engine_->received(bytes);
  }
}

void Connection::observe_wire(bool on) {
  observe_wire_ = on;
  observed_output_ = engine_->output().size();
  if (on && !engine_->unread().empty()) {
    owner_.connection_wire(Direction::kReceived, engine_->unread());
  }
}

void Connection::observe_output() {
  const auto output = engine_->output();
  if (observe_wire_ && output.size() > observed_output_) {
    owner_.connection_wire(Direction::kSent, output.substr(observed_output_));
  }
  observed_output_ = output.size();
}

void Connection::write_some() {
  while (!write_broken_) {
    observe_output();
    const auto output = engine_->output();
    if (output.empty()) return;
    const auto result = stream_->write_some(output.data(), output.size());
    if (result.status == net::IoResult::Status::kAgain) return;
    if (result.status != net::IoResult::Status::kOk) {
      // What the peer said before it went (a Close with the reason, say) is still to be read.
      write_broken_ = true;
      write_error_ = result.error;
      return;
    }
    engine_->output_written(result.bytes);
    observed_output_ -= std::min(observed_output_, result.bytes);
    note_written(result.bytes);
  }
}

void Connection::note_written(std::size_t bytes) {
  bytes_written_ += bytes;
  while (!message_ends_.empty() && message_ends_.front() <= bytes_written_) {
    message_ends_.pop_front();
  }
  owner_.connection_wrote();
}

// A peer that ended its side may read on: what is queued for it (a Pong, the answer to its Close)
// is written before the connection is judged.
void Connection::read_ended(const net::IoResult& result) {
  read_done_ = true;
  const bool proper = result.status == net::IoResult::Status::kEnd;
  // Of a reset only the call is told that meets it first; it may have been a write.
  const bool was_reset = proper && write_error_ == std::errc::connection_reset;
  end_words_ = was_reset ? stream_->explain(write_error_)
               : proper  ? "the peer ended it without a Close"
                         : stream_->explain(result.error);
  if (!proper) write_broken_ = true;
}

// The remote Close decides; how TCP or TLS ended after it does not matter.
void Connection::judge_end() {
  const auto state = engine_->state();
  if (state != ws::Engine::State::kClosed && !ending_.error) {
    std::string text;
    if (state == ws::Engine::State::kClosing) {
      text = "connection closed without an answer to our Close: ";
    } else if (state == ws::Engine::State::kHandshake) {
      text = "client left before its request was whole: ";
    } else {
      text = "connection lost: ";
    }
    ending_.error = Error{Stage::kConnection, text + end_words_, {}, {}};
  }
  finish();
}

void Connection::finish() {
  if (finished_) return;
  finished_ = true;
  close_deadline_.cancel();
  stream_->shutdown_send();
  stream_->cancel();
  ending_.undelivered = message_ends_.size();
  ending_.totals = totals();
  asio::post(loop_, [this, weak = std::weak_ptr<bool>(alive_)] {
    if (weak.expired()) return;
    stream_->close();
    owner_.connection_ended(std::move(ending_));
  });
}

}  // namespace wscope::session
