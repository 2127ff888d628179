// Connection: one open WebSocket, client or server side: the pump between a Stream and an Engine.
//
// Reads while the owner allows it and hands whole messages over; writes what the engine has for the
// peer; carries the closing handshake and its deadline (RFC 6455 section 7). Calls of the owner
// come on the loop thread; `connection_ended` comes exactly once, as the last call, from the loop
// itself, so the owner may destroy the connection in it. Sending only queues; settle() moves the
// bytes.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/event_sink.h"
#include "base/page_loan.h"
#include "net/stream.h"
#include "session/deadline.h"
#include "ws/engine.h"

namespace wscope::session {

/// How a connection ended: the Close that decided, and an error unless it ended as it should.
struct Ending {
  Closed closed;  // its reason is not set: closed_event() gives it whole
  std::string reason;
  std::optional<Error> error;
  bool error_is_close = false;    // it tells the Close's code and reason, and nothing else
  std::uint64_t undelivered = 0;  // queued messages of which bytes were left when it ended
  Totals totals;

  /// The event for the sinks; lives no longer than this Ending.
  Closed closed_event() const {
    Closed event = closed;
    event.reason = reason;
    return event;
  }
};

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void connection_message(MessageType type, std::string_view data) = 0;
  /// ws::EngineListener::on_piece, for who set EngineSettings::largest_whole.
  virtual void connection_piece(MessageType, std::string_view, bool /*last*/) {}
  virtual void connection_ping(std::string_view) {}
  virtual void connection_pong(std::string_view) {}
  /// ws::EngineListener::on_pong_sent.
  virtual void connection_pong_sent(std::string_view) {}
  virtual void connection_ended(Ending ending) = 0;
  /// A batch of reading begins: sample clocks.
  virtual void connection_wakes() {}
  /// The batch is over: flush what was gathered.
  virtual void connection_rests() {}
  /// The output was above kHighWater and has fallen below half of it: more may be sent.
  virtual void connection_has_room() {}
  /// Some of the output was written.
  virtual void connection_wrote() {}
  /// Asked for by tell_when_drained(): everything that was queued has been written.
  virtual void connection_drained() {}
  /// False stops reading until settle() is called again.
  virtual bool connection_may_read() { return true; }
  /// While reading is stopped, the peer's answer to our Close can't come: true waits for it all the
  /// same, and the deadline begins when there is reading again.
  virtual bool connection_has_patience() { return false; }
  /// Bytes as they are on the wire; only when observe_wire() was asked for.
  virtual void connection_wire(Direction, std::string_view) {}
  // Server side only.
  virtual ws::ServerReply connection_request(const ws::ServerRequest&) { return {}; }
  virtual void connection_opened() {}
};

class Connection : private ws::EngineListener {
 public:
  enum class Role { kClient, kServer };
  static constexpr std::size_t kHighWater = std::size_t{512} << 10;

  Connection(asio::io_context& loop, std::unique_ptr<net::Stream> stream, Role role,
             const ws::EngineSettings& settings, double close_timeout, ConnectionOwner& owner);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// `first`: bytes of the peer that were read with the response head.
  void start(std::string_view first);
  /// From here on: what the handshake has queued is none of it, what came behind it is.
  void observe_wire(bool on);
  /// In connection_opened() of a server: the response head.
  std::string_view response_head() const { return engine_->output(); }

  bool send(MessageType type, std::string_view data);
  /// May take the message's memory (ws::Engine::send_whole).
  bool send_whole(MessageType type, ByteBuffer& message);
  bool ping(std::string_view data);
  bool pong(std::string_view data);
  /// Starts the closing handshake; its deadline starts with it.
  void close(std::optional<std::uint16_t> code, std::string_view reason);
  /// The closing handshake, also one under way, gets no more than so many seconds: whoever has what
  /// he wanted doesn't wait until a peer that is busy sending looks up.
  void close_within(double seconds);
  /// Ends at once with `error`; a Close that is queued gets one try at the socket.
  void abort(Error error);
  /// Writes what can be written, reads on, notices the end. After any call from outside a callback.
  void settle();

  /// One call of connection_drained(), from the loop, once nothing is queued.
  void tell_when_drained();
  /// `loan` is that of whoever writes what is received; it must outlive the connection. A client's
  /// only: a server unmasks what it has read.
  void lend(PageLoan& loan) { loan_ = &loan; }

  ws::Engine::State state() const { return engine_->state(); }
  /// May be sent on: also false once writing has failed, though the end is not judged yet.
  bool open() const {
    return engine_->state() == ws::Engine::State::kOpen && !write_broken_ && !finished_;
  }
  std::size_t queued() const { return engine_->output().size(); }
  /// Bytes ever queued.
  std::uint64_t queued_until() const { return bytes_written_ + queued(); }
  /// A ping was queued whose pong is waited for; then, after a while: whether it was ourselves who
  /// held one of them up since the last call of either, by what goes before the ping and gets on,
  /// or by reading that had to wait; or a message that has come on meanwhile, behind which a pong
  /// has to stay (RFC 6455 5.5).
  void begin_pong_wait();
  bool pong_was_held_up();
  /// ws::Engine::message_so_far().
  std::optional<std::uint64_t> message_so_far() const { return engine_->message_so_far(); }
  /// Messages of which bytes are still to be written.
  std::size_t queued_messages() const { return message_ends_.size(); }
  bool has_room() const { return queued() < kHighWater; }
  /// Nothing can be written any more; reading finds the end.
  bool write_broken() const { return write_broken_; }
  /// For who answers what is read.
  bool may_be_answered() const { return has_room() || write_broken_; }
  Totals totals() const;
  const ws::EngineCounters& counters() const { return engine_->counters(); }
  const net::Stream& stream() const { return *stream_; }

 private:
  // ws::EngineListener
  void on_message(MessageType type, std::string_view data) override;
  void on_piece(MessageType type, std::string_view data, bool last) override;
  void on_ping(std::string_view data) override { owner_.connection_ping(data); }
  void on_pong(std::string_view data) override { owner_.connection_pong(data); }
  void on_pong_sent(std::string_view data) override { owner_.connection_pong_sent(data); }
  void on_close(const ws::CloseFrame& frame) override;
  void on_failed(const Error& error, std::uint16_t code) override;
  ws::ServerReply on_request(const ws::ServerRequest& request) override;
  void on_open() override { owner_.connection_opened(); }

  bool may_read();
  std::uint64_t arrived_until() const;
  void read_some();
  void take(std::string_view bytes, bool in_engine_buffer);
  void write_some();
  void observe_output();
  void wait_readable();
  void wait_writable();
  void read_ended(const net::IoResult& result);
  void judge_end();
  template <class Queue>
  bool queue_message(Queue queue);
  void note_written(std::size_t bytes);
  void start_close_deadline(std::uint64_t owed_until);
  void await_peer();
  void look_at_peer();
  bool message_comes_on();
  bool message_holds_up_pong();
  bool may_be_in_flight(std::uint64_t received) const;
  bool answer_may_wait();
  void peer_is_late();
  std::string late_words() const;
  void tell_drained();
  void finish();

  asio::io_context& loop_;
  std::unique_ptr<net::Stream> stream_;
  ConnectionOwner& owner_;
  std::unique_ptr<ws::Engine> engine_;
  const Role role_;
  double close_timeout_;
  Deadline close_deadline_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  PageLoan* loan_ = nullptr;
  bool observe_wire_ = false;
  std::size_t observed_output_ = 0;  // bytes at the front of output() that were shown already
  std::deque<std::uint64_t> message_ends_;  // of queued messages, in bytes ever queued
  std::uint64_t bytes_written_ = 0;
  // The close deadline: what was queued when it began, how much of that has arrived, what had been
  // received by then, and how often it was looked in vain.
  std::uint64_t owed_until_ = 0;
  std::uint64_t arrived_at_look_ = 0;
  std::uint64_t received_at_close_ = 0;
  int vain_looks_ = 0;
  // The message that was under way when the peer had our Close may still come whole (RFC 6455
  // 5.5.1); the first that comes whole behind it is the last that buys time.
  bool lets_message_end_ = false;
  std::uint64_t messages_at_close_ = 0;
  std::optional<std::uint64_t> message_at_look_;
  // The wait for a pong: where its ping begins, how much of that had arrived at the last look, what
  // had been received by then, and whether reading has been stopped since; of a message that comes,
  // how much there was of it at the last look, and how many had come whole.
  std::uint64_t ping_from_ = 0;
  std::uint64_t last_ping_from_ = 0;
  std::uint64_t arrived_at_wait_ = 0;
  std::uint64_t received_at_ping_ = 0;
  bool reading_stopped_ = false;
  std::optional<std::uint64_t> message_at_wait_;
  std::uint64_t messages_at_wait_ = 0;

  bool busy_ = false;  // within read_some or settle: calls from callbacks only queue
  bool started_ = false;
  bool waiting_readable_ = false;
  bool waiting_writable_ = false;
  bool was_full_ = false;
  bool tell_when_drained_ = false;
  bool write_broken_ = false;
  std::error_code write_error_;
  bool read_done_ = false;
  bool ending_begun_ = false;
  std::string end_words_;  // how reading ended
  bool finished_ = false;
  Ending ending_;
};

}  // namespace wscope::session
