#include "session/replay_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wscope::session {
namespace {

ReplayManner manner_of(const Options& options) {
  ReplayManner manner;
  manner.factor = replay_factor(options.automation.speed);
  // An answer can't be compared with the recorded one when the question came too early.
  manner.waits = options.automation.verify_replay;
  manner.patience = options.messages.wait;
  manner.answers_pings = options.liveness.send_pong;
  return manner;
}

}  // namespace

Action action_of(const input::RecordedEvent& event) {
  using Event = input::RecordedEvent::Kind;
  Action action;
  action.data = event.data;
  action.code = event.code;
  if (event.kind == Event::kPing) {
    action.kind = Action::Kind::kPing;
  } else if (event.kind == Event::kPong) {
    action.kind = Action::Kind::kPong;
  } else if (event.kind == Event::kClose) {
    action.kind = Action::Kind::kClose;
  } else if (event.type == MessageType::kBinary) {
    action.kind = Action::Kind::kBinary;
  }
  return action;
}

Result<std::unique_ptr<ReplaySource>> ReplaySource::open(const Options& options,
                                                         asio::io_context& loop,
                                                         const Clock& clock) {
  if (options.automation.replay.empty()) return nullptr;
  auto recording = input::Recording::open(options.automation.replay);
  if (!recording) return fail(std::move(recording.error()));
  return std::unique_ptr<ReplaySource>(
      new ReplaySource(options, loop, clock, std::move(*recording)));
}

ReplaySource::ReplaySource(const Options& options, asio::io_context& loop, const Clock& clock,
                           std::shared_ptr<const input::Recording> recording)
    : options_(options),
      clock_(clock),
      recording_(std::move(recording)),
      player_(recording_, manner_of(options)),
      deadline_(loop) {
  if (options.automation.verify_replay) verifier_.emplace(recording_, false);
}

ActionSource::Pull ReplaySource::next(Action& action) {
  const double now = clock_.seconds();
  if (!player_.started()) player_.start(now);
  const auto step = player_.next(now);
  switch (step.kind) {
    case ReplayPlayer::Step::Kind::kPlay:
      action = action_of(*step.event);
      return Pull::kAction;
    case ReplayPlayer::Step::Kind::kEnd:
      return Pull::kEnd;
    case ReplayPlayer::Step::Kind::kWait:
      break;
  }
  deadline_.cancel();
  if (step.until) deadline_.start(std::max(0.0, *step.until - now), waker_);
  return Pull::kEmpty;
}

void ReplaySource::on_message(const Message& message) {
  if (message.direction != Direction::kReceived) return;
  if (verifier_) verifier_->message(message.type, message.data);
  if (player_.heard(clock_.seconds())) waker_();
}

void ReplaySource::on_closed(const Closed& closed) {
  if (verifier_) verifier_->closed(closed);
}

Result<ExitStatus> ReplaySource::judge(Result<ExitStatus> ended) {
  const bool lost = !ended && ended.error().stage == Stage::kConnection;
  if (!verifier_ || (!ended && !lost) || (ended && *ended != ExitStatus::kOk)) return ended;
  const bool cut_short =
      ended && (options_.messages.count.has_value() || !options_.messages.until.empty());
  if (auto difference = verifier_->verdict(cut_short)) {
    if (lost) difference->detail += "\n" + ended.error().message;
    if (!lost && verifier_->lacks_the_last() && options_.messages.wait >= 0) {
      difference->hint = fmt::format(
          "what comes after {:g} s of silence (-w) is missed: -w 10 waits longer, -w -1 until the "
          "server closes",
          options_.messages.wait);
    }
    return fail(std::move(*difference));
  }
  // Lost, or closed with a code that says so, as it was when it was recorded.
  return lost && !verifier_->end_was_recorded() ? ended : ExitStatus::kOk;
}

}  // namespace wscope::session
