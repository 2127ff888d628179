// ClientSession: a client's run: open, send what the source says, show what comes, end.
//
// Connects the rooms: Actions from the source go into the Connection, its messages to the sink of
// the Presentation. Decides when the run is over (wscope(1), "when does input end, and then?") and
// with which status. start() returns at once; `finished` is called exactly once on the loop, when
// everything has been written. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/action.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "net/connector.h"
#include "net/url.h"
#include "output/presentation.h"
#include "session/connection.h"
#include "session/deadline.h"
#include "session/dialect_talk.h"
#include "session/end_condition.h"
#include "session/exec_command.h"
#include "session/frame_trace.h"
#include "session/keepalive.h"
#include "session/opening.h"
#include "session/opening_events.h"
#include "session/outbox.h"
#include "session/output_watch.h"
#include "session/reader_watch.h"
#include "session/reconnect.h"
#include "session/round_trips.h"
#include "session/run_end.h"
#include "session/run_outcome.h"

namespace wscope::session {

class ClientSession : public ConnectionOwner, public DialectOwner {
 public:
  using Finished = RunEnd::Finished;

  /// Everything given by reference must outlive the session.
  ClientSession(asio::io_context& loop, const Options& options, net::Url url, Clock& clock,
                output::Presentation& presentation, ActionSource& source, EndCondition condition);
  ~ClientSession() override;

  /// Before start(): the run is that command's, which the source and the presentation lead to.
  void attach(ExecCommand& command) { command_ = &command; }
  void start(Finished finished);
  /// Of all connections so far.
  Totals totals() const;
  /// A signal: the first closes cleanly, the second ends at once. `status` is 130 or 143.
  void interrupt(ExitStatus status);

 private:
  enum class Phase { kOpening, kOpen, kOffline, kWaiting, kEnding };

  // ConnectionOwner
  void connection_message(MessageType type, std::string_view data) override;
  void connection_piece(MessageType type, std::string_view data, bool last) override;
  void connection_ping(std::string_view data) override;
  void connection_pong(std::string_view data) override;
  void connection_pong_sent(std::string_view data) override;
  void connection_ended(Ending ending) override;
  void connection_wakes() override {
    clock_.sample();
    read_at_ = clock_.now();
  }
  void connection_rests() override { flush(); }
  void connection_has_room() override { pull(); }
  void connection_wrote() override { note_progress(); }
  void connection_drained() override { linger(); }
  bool connection_may_read() override;
  bool connection_has_patience() override { return !signal_ && !failure_; }
  void connection_wire(Direction direction, std::string_view bytes) override;

  // DialectOwner
  void dialect_send(MessageType type, std::string_view data, std::string_view masked) override;
  void dialect_show(std::string_view line) override;
  void dialect_notice(std::string_view text) override { sink_.on_notice(text); }
  void dialect_refused(const Error& error) override;
  void dialect_said(MessageType type, std::string_view data) override;
  void dialect_failed(const Error& error, std::uint16_t close_code) override;
  void dialect_lost(const Error& error) override;
  void dialect_ended() override;
  void dialect_ready() override;
  void dialect_ticked() override;
  double dialect_now() override;
  bool dialect_hears() override;
  std::optional<double> dialect_part_came() override;

  void say(MessageType type, const Action& action);
  void first_received(MessageType type, std::string_view data);
  void hint_at_dialect(Error& error) const;
  void received(MessageType type, std::string_view data);
  void heard(MessageType type, std::string_view data);
  bool ends_with(std::string_view message);
  bool may_tell_pieces() const;
  void open();
  void opened(Result<OpenedStream> result);
  void begin_again(std::optional<double> retry_after, const std::string& why);
  void say_again();
  void note_progress();
  void pull();
  void perform(const Action& action);
  void send(MessageType type, std::string_view data, bool untyped = false);
  void hand_on(MessageType type, const Action& action);
  void tell_sent(MessageType type, std::string_view data, bool untyped);
  Message sent_message(MessageType type, std::string_view data, bool untyped) const;
  bool send_ping(std::string_view data);
  void tell_info();
  void input_ended();
  void leave();
  void linger();
  void close(std::optional<std::uint16_t> code, std::string_view reason);
  void leave_with_enough();
  void flush();
  void output_moved();
  void reader_left();
  void leave_reader();
  void timed_out();
  /// There is no connection yet, or none again.
  bool opens() const { return phase_ == Phase::kOpening || phase_ == Phase::kWaiting; }
  void start_command();
  void command_ended(const Result<void>& outcome);
  /// At the prompt, which does not go with its connection.
  bool stays() const;
  void stay_offline(const std::optional<Error>& error, std::uint64_t unsent = 0);
  void tell_unsent(std::uint64_t count);
  void finish_unopened(Result<ExitStatus> result);
  RunFacts facts(const Ending& ending) const;
  double seconds_since(Clock::Steady::time_point then) const;
  void finish(Result<ExitStatus> result);
  void drain();

  asio::io_context& loop_;
  const Options& options_;
  const net::Url url_;
  Clock& clock_;
  output::Presentation& presentation_;
  EventSink& sink_;
  ActionSource& source_;
  EndCondition condition_;
  ExecCommand* command_ = nullptr;  // --exec

  Phase phase_ = Phase::kOpening;
  OpeningEvents opening_events_;
  net::TlsContexts tls_;
  net::Connector connector_;
  std::unique_ptr<Opening> opening_;
  std::optional<CookieJar> cookies_;  // what the openings so far were given to keep
  std::unique_ptr<Connection> connection_;
  Opened opened_event_;
  OpenedStream opened_;
  std::string local_address_;
  std::string peer_address_;
  FrameTrace frames_;
  PresentationWatch output_watch_;
  ReaderWatch reader_watch_;
  static constexpr double kSlow = 1;  // seconds until a person is told what is waited for
  Deadline slow_;
  Deadline total_deadline_;
  Deadline linger_deadline_;
  RunEnd run_end_;
  Deadline reconnect_deadline_;
  Keepalive keepalive_;
  Reconnect reconnect_;
  Outbox outbox_;
  std::unique_ptr<DialectTalk> dialect_;
  bool was_open_ = false;
  bool plain_ = false;            // no dialect, and the first message has been looked at
  bool speaks_socketio_ = false;  // as that one says, and nobody was told

  bool input_ended_ = false;
  bool lingering_ = false;       // everything was written; waiting for silence
  bool fell_silent_ = false;     // and there it was: that is why we closed
  bool quitting_ = false;        // the user asked for the end: no offer to reconnect
  bool timed_out_ = false;       // --timeout has passed
  bool reader_left_ = false;     // of stdout
  bool output_closed_ = false;   // and that ends the run
  bool inside_message_ = false;  // some of a message was told, and not its end
  bool unheard_ = false;         // the command has ended: nobody reads what might still come
  std::uint64_t refused_ = 0;    // input that was not sent
  Clock::Steady::time_point quiet_since_;
  Clock::Steady::time_point read_at_;
  std::optional<std::uint64_t> message_so_far_;  // when silence was looked for last
  Clock::Steady::time_point drained_at_;         // when lingering began
  Clock::Steady::time_point opened_at_;
  RoundTrips round_trips_;
  std::optional<ExitStatus> signal_;
  std::optional<Error> failure_;  // decided before the connection ended
  Totals totals_;
};

}  // namespace wscope::session
