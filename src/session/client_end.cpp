// How a ClientSession comes to its end: input, silence, signals, a reader that leaves.
#include <algorithm>
#include <utility>

#include "session/client_session.h"
#include "ws/close_code.h"

namespace wscope::session {

// Nothing accepted is lost: the wait for silence begins when everything has been written.
void ClientSession::input_ended() {
  if (source_.interactive()) return leave();
  input_ended_ = true;
}

void ClientSession::leave() {
  quitting_ = true;
  if (!connection_) return finish(ExitStatus::kOk);
  close(ws::kCloseNormal, {});
  if (!source_.interactive()) return;
  slow_.start(kSlow, [this] {
    sink_.on_notice("still waiting for the server's Close: Ctrl-C leaves at once");
    flush();
  });
}

void ClientSession::linger() {
  if (!connection_ || !connection_->open()) return;
  if (!lingering_) {
    lingering_ = true;
    quiet_since_ = drained_at_ = clock_.now();
  }
  if (reader_left_) return leave_reader();
  if (options_.messages.wait < 0 && !unheard_) return;
  if (!unheard_ && options_.messages.wait > 0 && !connection_may_read()) {
    // What came meanwhile waits in the socket: silence begins when there is reading again.
    quiet_since_ = clock_.now();
  }
  // A message that takes its time is no silence.
  const auto so_far = connection_->message_so_far();
  if (std::exchange(message_so_far_, so_far) != so_far && so_far) {
    quiet_since_ = std::max(quiet_since_, read_at_);
  }
  double left = unheard_ ? 0 : options_.messages.wait - seconds_since(quiet_since_);
  // With --reconnect a loss can still be told from an arrival: our Close waits for the pong.
  if (outbox_.in_flight() > 0) {
    left = std::max(left, options_.network.close_timeout - seconds_since(drained_at_));
  }
  if (left <= 0) {
    fell_silent_ = !unheard_;
    close(ws::kCloseNormal, {});
    return connection_->settle();
  }
  linger_deadline_.start(left, [this] {
    clock_.sample();
    linger();
  });
}

// Who reads nothing at all (`| true`) may still have lines to send: they go first.
void ClientSession::reader_left() {
  reader_left_ = true;
  if (lingering_ || totals().messages_received > 0) leave_reader();
}

void ClientSession::leave_reader() {
  clock_.sample();
  presentation_.out().reader_has_gone();
  if (run_end_.begun()) return drain();
  flush();
  if (connection_ || run_end_.begun()) return;
  finish_unopened(ExitStatus::kOk);
}

void ClientSession::interrupt(ExitStatus status) {
  clock_.sample();
  source_.leaving();
  // Who has left the prompt waits only for the server's Close.
  const bool impatient = source_.interactive() && quitting_ && phase_ == Phase::kOpen;
  if (impatient && status == ExitStatus::kInterrupted) return connection_->abort({});
  const bool again = signal_.has_value();
  if (command_) again ? command_->kill() : command_->interrupt(status);
  if (run_end_.begun()) return run_end_.cut_short(status);  // only readers are still waited for
  if (!again) signal_ = status;
  quitting_ = true;
  if (phase_ != Phase::kOpen) return finish_unopened(*signal_);
  if (!connection_) return;
  if (again) return connection_->abort({});
  close(ws::kCloseNormal, {});
  // The server's Close would stand behind what nobody takes.
  if (output_watch_.congested()) {
    connection_->close_within(output::OutputStream::kLastPatience);
  }
  connection_->settle();
}

void ClientSession::timed_out() {
  clock_.sample();
  Error error = out_of_time(url_.display(), *options_.network.timeout);
  timed_out_ = true;
  if (run_end_.begun()) return run_end_.cut_short(fail(std::move(error)));
  quitting_ = true;
  if (connection_) {
    connection_->close(ws::kCloseNormal, {});
    failure_ = error;
    return connection_->abort(error);
  }
  finish_unopened(fail(std::move(error)));
}

void ClientSession::finish_unopened(Result<ExitStatus> result) {
  if (opening_) opening_->cancel();
  slow_.cancel();
  reconnect_deadline_.cancel();
  if (source_.interactive()) tell_unsent(outbox_.unsent() + source_.unpulled());
  finish(std::move(result));
}

/// What was accepted at the prompt and let go of: not without a word.
void ClientSession::tell_unsent(std::uint64_t count) {
  if (count > 0) sink_.on_notice(plural(count, "message") + " not sent");
}

void ClientSession::stay_offline(const std::optional<Error>& error, std::uint64_t unsent) {
  phase_ = Phase::kOffline;
  if (error) sink_.on_error(*error);
  tell_unsent(unsent);
  sink_.on_notice("not connected: /reconnect or /quit");
  flush();
  pull();
}

bool ClientSession::stays() const {
  return source_.interactive() && !quitting_ && !options_.terminal.exit_on_close;
}

void ClientSession::connection_ended(Ending ending) {
  clock_.sample();
  linger_deadline_.cancel();
  slow_.cancel();
  frames_.end();
  const bool was_clean = ending.closed.first.has_value();
  if (was_clean) sink_.on_closed(ending.closed_event());
  totals_ += ending.totals;
  keepalive_.stop();
  reconnect_.lived(seconds_since(opened_at_));
  const std::size_t unsaid = dialect_ ? dialect_->ended() : 0;
  if (reconnect_.enabled()) outbox_.written_but(connection_->queued_messages());
  connection_.reset();
  if (!quitting_ && !signal_ && reconnect_.worth_after(ending)) {
    // A person reads it in the notice.
    if (!was_clean && ending.error) sink_.on_failure(*ending.error);
    std::string why = ending.error ? ending.error->message : std::string("server closed");
    why += in_flight_note(outbox_.in_flight());
    if (dialect_ && !dialect_->unfinished().empty()) why += "; " + dialect_->unfinished();
    lingering_ = false;
    return begin_again(std::nullopt, why);
  }
  if (stays()) {
    // With --reconnect what was queued is said on the next connection.
    const std::uint64_t unsent = unsaid + (reconnect_.enabled() ? 0 : ending.undelivered);
    // What a Close says has just been told.
    return stay_offline(ending.error_is_close ? std::nullopt : ending.error, unsent);
  }
  if (reconnect_.enabled() && !quitting_ && !signal_ && !ending.error &&
      ending.closed.first == Direction::kReceived) {
    sink_.on_notice("the server closed normally: not connecting again");
  }
  const RunFacts told = facts(ending);
  if (signal_ && told.cut) sink_.on_notice("the last message on stdout is incomplete");
  if (told.left) {
    const auto queued = reconnect_.enabled() ? outbox_.unsent() : ending.undelivered;
    tell_unsent(unsaid + queued + source_.unpulled());
  }
  finish(run_outcome(ending, told));
}

RunFacts ClientSession::facts(const Ending& ending) const {
  RunFacts facts;
  facts.signal = signal_;
  facts.failure = failure_;
  facts.enough = output_closed_ || condition_.reached();
  facts.sent = totals_.messages_sent - ending.undelivered;  // what was queued counts as sent there
  // Who leaves the prompt has let go of what was not sent.
  facts.left = quitting_ && source_.interactive();
  if (!facts.left) {
    facts.undelivered = ending.undelivered + source_.unpulled();
    facts.undelivered_goes_on = source_.unpulled_goes_on();
  }
  facts.in_flight = outbox_.in_flight();
  facts.cut = inside_message_;
  if (dialect_) facts.unfinished = dialect_->unfinished();
  // At the prompt each was told of when it was typed.
  if (!source_.interactive()) facts.refused = refused_;
  if (condition_.set()) facts.shortfall = condition_.shortfall();
  if (fell_silent_) facts.silence = options_.messages.wait;
  return facts;
}

void ClientSession::finish(Result<ExitStatus> result) {
  if (run_end_.begun()) return;
  clock_.sample();
  phase_ = Phase::kEnding;
  result = source_.judge(std::move(result));
  if (!result) hint_at_dialect(result.error());
  source_.stop();
  run_end_.begin(std::move(result), totals_);
  if (signal_ || timed_out_) run_end_.hurry();
  drain();
}

// What was received reaches stdout before we leave, however slowly it is read; signals still work.
void ClientSession::drain() {
  flush();
  if (command_) {
    // Who takes some of it has time for the rest.
    command_->let_go();
    if (presentation_.out().state() != output::OutputStream::State::kBlocked) {
      output_watch_.let_out_go();
    }
  }
  run_end_.settle();
}

}  // namespace wscope::session
