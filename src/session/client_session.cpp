#include "session/client_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/dispatch.hpp>
#include <asio/post.hpp>
#include <utility>

#include "output/line_file.h"
#include "session/connection_info.h"
#include "ws/close_code.h"

namespace wscope::session {
namespace {

// A batch of input is at most this many messages, so that reading and signals get their turn.
constexpr int kActionsPerTurn = 32768;
// A larger message is written as it comes, where nobody needs it whole: it costs no memory, and
// whoever reads it does not wait for its end. One that is not larger is never seen in part.
constexpr std::size_t kLargestWhole = std::size_t{1} << 20;
// What a server gets for its Close from whoever has enough.
constexpr double kEnough = 0.5;  // seconds

}  // namespace

ClientSession::ClientSession(asio::io_context& loop, const Options& options, net::Url url,
                             Clock& clock, output::Presentation& presentation, ActionSource& source,
                             EndCondition condition)
    : loop_(loop),
      options_(options),
      url_(std::move(url)),
      clock_(clock),
      presentation_(presentation),
      sink_(presentation.sink()),
      source_(source),
      condition_(std::move(condition)),
      opening_events_(sink_, clock),
      tls_(options.tls),
      connector_(loop, options.network, tls_, opening_events_),
      frames_(sink_),
      output_watch_(loop, presentation),
      reader_watch_(loop),
      slow_(loop),
      total_deadline_(loop),
      linger_deadline_(loop),
      run_end_(loop, presentation, output_watch_),
      reconnect_deadline_(loop),
      keepalive_(loop, options.liveness,
                 {[this](const std::string& data) {
                    clock_.sample();
                    const bool sent = send_ping(data);
                    connection_->settle();
                    flush();
                    return sent;
                  },
                  [this](const std::string& text) {
                    clock_.sample();
                    send(MessageType::kText, text);
                    connection_->settle();
                    flush();
                  },
                  [this] {
                    connection_->abort({Stage::kTimeout,
                                        fmt::format("connection lost: no pong within {:g} s",
                                                    options_.liveness.pong_timeout),
                                        "--pong-timeout waits longer",
                                        {}});
                  }}),
      reconnect_(options.liveness) {
  if (options.dialect.kind != DialectOptions::Kind::kNone) {
    dialect_ = std::make_unique<DialectTalk>(loop, options, url_, source.interactive(), *this);
  }
}

ClientSession::~ClientSession() = default;

void ClientSession::start(Finished finished) {
  run_end_.set_finished(std::move(finished));
  if (options_.network.timeout) {
    total_deadline_.start(*options_.network.timeout, [this] { timed_out(); });
  }
  // A passphrase is asked for in it: before the prompt reads the same terminal.
  open();
  source_.start([this] { asio::dispatch(loop_, [this] { pull(); }); });
  // A command may read nothing and have much to say; its end is told otherwise.
  if (!command_) reader_watch_.start(presentation_.out().poll_fd(), [this] { reader_left(); });
}

void ClientSession::open() {
  phase_ = Phase::kOpening;
  opening_ = std::make_unique<Opening>(loop_, options_, opening_events_, connector_);
  opening_->start(url_, cookies_,
                  [this](Result<OpenedStream> result) { opened(std::move(result)); });
  if (!source_.interactive()) return;
  slow_.start(kSlow, [this] {
    sink_.on_notice(fmt::format("still connecting to {}: what is typed waits", url_.display()));
    flush();
  });
}

void ClientSession::opened(Result<OpenedStream> result) {
  clock_.sample();
  const RefusedUpgrade refused = opening_->refused();
  if (auto cookies = opening_->cookies()) cookies_ = std::move(cookies);
  opening_.reset();
  slow_.cancel();
  if (!result) {
    const Error error = std::move(result.error());
    if (reconnect_.worth_after(error, refused))
      return begin_again(refused.retry_after, error.message);
    if (was_open_ && stays()) return stay_offline(error);
    return finish_unopened(fail(error));
  }
  opened_ = std::move(*result);
  was_open_ = true;
  local_address_ = opened_.stream->local_address();
  peer_address_ = opened_.stream->peer_address();
  opened_event_ = {opened_.url,
                   opened_.agreed.subprotocol,
                   opened_.agreed.extensions,
                   local_address_,
                   peer_address_,
                   0,
                   reconnect_.attempts() > 0};
  sink_.on_opened(opened_event_);
  const auto& asked = options_.handshake.subprotocols;
  if (!asked.empty() && opened_.agreed.subprotocol.empty()) {
    sink_.on_notice(
        fmt::format("the server agreed to no subprotocol of {}", fmt::join(asked, ", ")));
  }

  ws::EngineSettings settings;
  settings.max_message_size = options_.messages.max_size;
  settings.answer_pings = options_.liveness.send_pong;
  settings.deflate = opened_.agreed.deflate;
  if (may_tell_pieces()) settings.largest_whole = kLargestWhole;
  connection_ =
      std::make_unique<Connection>(loop_, std::move(opened_.stream), Connection::Role::kClient,
                                   settings, options_.network.close_timeout, *this);
  connection_->lend(presentation_.out().loan());
  frames_.reset();
  // /trace on may come at any time: the taps must know where frames begin.
  const bool any_time = source_.interactive() || options_.messages.slash;
  connection_->observe_wire(sink_.frame_preview() > 0 || any_time);
  phase_ = Phase::kOpen;
  opened_at_ = clock_.now();
  quiet_since_ = opened_at_;
  round_trips_.clear();
  keepalive_.start(*connection_);
  if (dialect_) {
    dialect_->opened(clock_.seconds(), {opened_.host, opened_.home}, outbox_.take_unsent());
  }
  connection_->start(opened_.rest);
  if (!dialect_ && reconnect_.enabled() && phase_ == Phase::kOpen) say_again();
  flush();
  if (command_) start_command();
  if (phase_ == Phase::kOpen) pull();
}

void ClientSession::start_command() {
  if (command_->started()) return;  // on an earlier connection
  const auto started = command_->start(
      opened_event_, [this](const Result<void>& outcome) { command_ended(outcome); });
  if (!started) command_ended(started);
}

// What it wrote before its end is still sent; who failed has nobody that waits for answers.
void ClientSession::command_ended(const Result<void>& outcome) {
  if (run_end_.begun()) return;
  if (!outcome && !failure_) failure_ = outcome.error();
  unheard_ = true;
  quitting_ = quitting_ || !outcome;
  if (lingering_) linger();
}

void ClientSession::begin_again(std::optional<double> retry_after, const std::string& why) {
  const double wait = reconnect_.next_wait(retry_after);
  sink_.on_notice(fmt::format("{}; connecting again in {:.1f} s (attempt {})", why, wait,
                              reconnect_.attempts()));
  flush();
  phase_ = Phase::kWaiting;
  reconnect_deadline_.start(wait, [this] { open(); });
}

// -x messages subscribe and log in: they are said on each connection. Then what was not sent on the
// last one; a frame that was cut is no message, so none is doubled.
void ClientSession::say_again() {
  for (const auto& text : options_.messages.execute) {
    if (connection_->send(MessageType::kText, text)) {
      sink_.on_message({Direction::kSent, MessageType::kText, text, true});
    }
  }
  for (const auto& item : outbox_.take_unsent()) send(item.type, item.data);
  connection_->settle();
}

void ClientSession::note_progress() {
  if (!reconnect_.enabled() || !connection_->open()) return;
  outbox_.written_but(connection_->queued_messages());
  if (const auto mark = outbox_.mark()) connection_->ping(*mark);
}

void ClientSession::pull() {
  clock_.sample();
  if (opens() && source_.wants_to_leave()) {
    quitting_ = true;
    return finish_unopened(ExitStatus::kOk);
  }
  if (phase_ != Phase::kOpen && phase_ != Phase::kOffline) return;
  Action action;
  for (int i = 0; i < kActionsPerTurn && !input_ended_; ++i) {
    if (connection_ && !connection_->open()) break;
    // Who leaves waits for nobody; the Close behind what is queued has its deadline.
    const bool held_up =
        (connection_ && !connection_->has_room()) || output_watch_.congested_for_sending();
    if (held_up && !source_.wants_to_leave()) break;
    if (dialect_ && connection_ && !dialect_->ready() && !source_.interactive()) break;
    action.clear();
    const auto pulled = source_.next(action);
    if (pulled == ActionSource::Pull::kEmpty) break;
    if (pulled == ActionSource::Pull::kEnd) {
      input_ended();
      break;
    }
    perform(action);
    if (phase_ != Phase::kOpen && phase_ != Phase::kOffline) return;
    if (i + 1 == kActionsPerTurn) asio::post(loop_, [this] { pull(); });
  }
  if (connection_) connection_->settle();
  flush();
  if (input_ended_ && !lingering_ && connection_) connection_->tell_when_drained();
}

void ClientSession::perform(const Action& action) {
  using Kind = Action::Kind;
  if (action.kind == Kind::kQuit) return leave();
  if (action.kind == Kind::kRefused) {
    ++refused_;
    sink_.on_error(action.error);
    return;
  }
  if (action.client != 0) {
    ++refused_;
    sink_.on_error({Stage::kInput, "/to is for a listening wscope: nothing was sent", {}, {}});
    return;
  }
  if (action.kind == Kind::kReconnect) {
    if (connection_) return sink_.on_notice("still connected: /close first");
    sink_.on_notice(fmt::format("connecting to {}", url_.display()));
    reconnect_.held();  // whoever asks begins to count anew
    return open();
  }
  if (action.kind == Kind::kTrace) return presentation_.set_trace(action.flag);
  if (action.kind == Kind::kInfo) return tell_info();
  if (action.kind == Kind::kLast) {
    if (!presentation_.show_last()) sink_.on_notice("nothing was elided yet");
    return;
  }
  if (!connection_) {
    sink_.on_notice("not connected, nothing was sent: /reconnect or /quit");
    return;
  }
  switch (action.kind) {
    case Kind::kText:
      return say(MessageType::kText, action);
    case Kind::kBinary:
      return say(MessageType::kBinary, action);
    case Kind::kDialect:
      if (dialect_) return dialect_->command(action.data, clock_.seconds());
      return dialect_refused({Stage::kInput,
                              fmt::format("/{}: no dialect is spoken", action.data),
                              "--socketio, --jsonrpc, --graphql and --stomp choose one",
                              {}});
    case Kind::kPing:
      send_ping(action.data);
      return;
    case Kind::kPong:
      if (connection_->pong(action.data)) {
        sink_.on_pong({Direction::kSent, action.data, std::nullopt});
      }
      return;
    default:
      quitting_ = !source_.interactive();
      return close(action.code, action.data);
  }
}

void ClientSession::send(MessageType type, std::string_view data, bool untyped) {
  if (!connection_->send(type, data)) return;
  if (reconnect_.enabled()) outbox_.add(type, data);
  tell_sent(type, data, untyped);
}

// It is told first: what the connection takes over is masked where it lies.
void ClientSession::hand_on(MessageType type, const Action& action) {
  if (!connection_->open()) return;
  tell_sent(type, action.data, action.untyped);
  connection_->send_whole(type, *action.storage);
}

void ClientSession::tell_sent(MessageType type, std::string_view data, bool untyped) {
  sink_.on_message(sent_message(type, data, untyped));
}

Message ClientSession::sent_message(MessageType type, std::string_view data, bool untyped) const {
  Message message{Direction::kSent, type, data};
  message.show_sent = untyped || !source_.interactive();
  return message;
}

bool ClientSession::send_ping(std::string_view data) {
  if (!connection_->ping(data)) return false;
  round_trips_.sent(data, Clock::Steady::now());
  sink_.on_ping({Direction::kSent, data, std::nullopt});
  return true;
}

void ClientSession::tell_info() {
  if (!connection_) return sink_.on_notice("not connected: /reconnect or /quit");
  ConnectionFacts facts;
  facts.opened = opened_event_;
  // A proxy may have been spoken to with TLS where the server is not.
  if (opened_.url.rfind("wss", 0) == 0) facts.tls = opening_events_.tls();
  facts.totals = connection_->totals();
  facts.round_trips = round_trips_.summary();
  facts.open_for = std::chrono::duration<double>(clock_.now() - opened_at_).count();
  sink_.on_info(connection_info(facts));
}

void ClientSession::close(std::optional<std::uint16_t> code, std::string_view reason) {
  linger_deadline_.cancel();
  keepalive_.stop();  // what is waited for now has --close-timeout
  if (dialect_ && connection_ && connection_->open()) dialect_->leaving();
  if (connection_) connection_->close(code, reason);
  if (command_) command_->discard_output();  // nothing can be said behind our Close
}

void ClientSession::connection_message(MessageType type, std::string_view data) {
  // Whoever asked for N messages gets N, also when more came in the same read.
  if (condition_.reached()) return;
  if (plain_) return received(type, data);
  if (!dialect_) return first_received(type, data);
  sink_.on_wire_message({Direction::kReceived, type, data}, {});
  dialect_->received(type, data, clock_.seconds());
}

void ClientSession::received(MessageType type, std::string_view data) {
  sink_.on_message({Direction::kReceived, type, data});
  heard(type, data);
}

void ClientSession::heard(MessageType type, std::string_view data) {
  quiet_since_ = clock_.now();
  reconnect_.held();
  if (source_.interactive() && type == MessageType::kText) source_.learn(data);
  if (!ends_with(data) && options_.messages.echo) send(type, data, true);
}

/// --count, --until: closes when that was the message.
bool ClientSession::ends_with(std::string_view message) {
  if (!condition_.message(message)) return false;
  quitting_ = true;
  leave_with_enough();
  return true;
}

void ClientSession::leave_with_enough() {
  if (connection_) connection_->close_within(kEnough);
  close(ws::kCloseNormal, {});
}

/// With --reconnect another line may follow on the one that was cut.
bool ClientSession::may_tell_pieces() const {
  const MessageOptions& messages = options_.messages;
  const bool answered = dialect_ || messages.echo || source_.interactive();
  return presentation_.takes_pieces() && !answered && messages.until.empty() && !messages.slash &&
         !reconnect_.enabled();
}

void ClientSession::connection_piece(MessageType type, std::string_view data, bool last) {
  if (condition_.reached()) return;
  quiet_since_ = clock_.now();
  inside_message_ = !last;
  sink_.on_piece({Direction::kReceived, type, data}, last);
  if (last) ends_with(data);  // counted: without --until nobody looks into it
}

void ClientSession::connection_ping(std::string_view data) {
  sink_.on_ping({Direction::kReceived, data, std::nullopt});
}

void ClientSession::connection_pong_sent(std::string_view data) {
  sink_.on_pong({Direction::kSent, data, std::nullopt});
}

void ClientSession::connection_pong(std::string_view data) {
  keepalive_.pong(data);
  if (reconnect_.enabled()) {
    reconnect_.held();
    if (outbox_.confirm(data)) {
      note_progress();
      return lingering_ ? linger() : void();
    }
  }
  Control pong{Direction::kReceived, data, std::nullopt};
  pong.round_trip = round_trips_.answered(data, Clock::Steady::now());
  if (pong.round_trip) {
    // Who typed /ping waits for this, also without -P.
    const bool typed = source_.interactive() && data.substr(0, 10) != "keepalive-";
    if (typed && !options_.messages.show_ping_pong) {
      sink_.on_notice(fmt::format("pong{}{} ({:.1f} ms)", data.empty() ? "" : " ", data,
                                  *pong.round_trip * 1000));
    }
  }
  sink_.on_pong(pong);
}

bool ClientSession::connection_may_read() {
  // What a command says is taken no more, so that it may read no more: the end must be found.
  if (command_ && connection_->write_broken()) return true;
  if (output_watch_.congested() || source_.congested()) return false;
  return !(options_.messages.echo || dialect_) || connection_->may_be_answered();
}

void ClientSession::connection_wire(Direction direction, std::string_view bytes) {
  frames_.feed(direction, bytes);
}

void ClientSession::flush() {
  sink_.flush();
  if (output_watch_.wanted()) output_watch_.arm([this] { output_moved(); });
  if (output_watch_.clear_again()) asio::post(loop_, [this] { output_moved(); });
  auto& out = presentation_.out();
  switch (out.state()) {
    case output::OutputStream::State::kOk:
    case output::OutputStream::State::kBlocked:
      return;
    case output::OutputStream::State::kClosed:
      // A command that reads no more may have more to say; its own end ends the run.
      if (command_) return;
      // `| head -1`: who has read enough is no failure.
      if (!output_closed_) {
        output_closed_ = true;
        quitting_ = true;
        leave_with_enough();
        if (connection_) connection_->settle();
      }
      return;
    case output::OutputStream::State::kFailed:
      if (!failure_) {
        failure_ = output::write_error(out, "stdout");
        quitting_ = true;
        close(ws::kCloseNormal, {});
        if (connection_) connection_->settle();
      }
      return;
  }
}

void ClientSession::output_moved() {
  clock_.sample();
  if (run_end_.begun()) return drain();
  flush();
  if (connection_) connection_->settle();
  pull();
}

Totals ClientSession::totals() const {
  Totals sum = totals_;
  if (connection_) sum += connection_->totals();
  return sum;
}

double ClientSession::seconds_since(Clock::Steady::time_point then) const {
  return std::chrono::duration<double>(clock_.now() - then).count();
}

}  // namespace wscope::session
