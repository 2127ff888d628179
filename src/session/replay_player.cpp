#include "session/replay_player.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace wscope::session {
namespace {

using Event = input::RecordedEvent::Kind;

// Pings whose answer was never recorded are forgotten beyond this.
constexpr std::size_t kRememberedPings = 64;

std::uint64_t messages_of(const input::RecordedConnection& connection, bool client) {
  return client == connection.by_client() ? connection.messages_sent : connection.messages_received;
}

}  // namespace

double replay_factor(const std::string& speed) {
  if (speed == "max") return 0;
  return speed.empty() ? 1 : std::strtod(speed.c_str(), nullptr);
}

ReplayPlayer::ReplayPlayer(std::shared_ptr<const input::Recording> recording,
                           const ReplayManner& manner)
    : cursor_(std::move(recording)),
      manner_(manner),
      all_of_peer_(messages_of(cursor_.recording().connection(), !manner.as_client)),
      left_(messages_of(cursor_.recording().connection(), manner.as_client)) {}

void ReplayPlayer::start(double now) {
  started_ = true;
  anchor_ = last_heard_ = now;
  anchor_recorded_ = wanted_recorded_ = cursor_.recording().connection().opened;
}

bool ReplayPlayer::heard(double now) {
  last_heard_ = now;
  ++heard_;
  // More than the recording has are never waited for.
  if (plays_server() && heard_ <= all_of_peer_) arrivals_.push_back(now);
  return heard_ + missed_ == wanted_;
}

/// Brings event_ to the next thing of our part.
bool ReplayPlayer::fetch() {
  while (!have_event_ && !at_end_) {
    if (!cursor_.next(event_)) {
      at_end_ = true;
      break;
    }
    if (cursor_.from_client(event_) != manner_.as_client) {
      pass_by(event_);
    } else {
      have_event_ = !is_left_to_engine(event_);
    }
  }
  return have_event_;
}

void ReplayPlayer::pass_by(const input::RecordedEvent& event) {
  if (event.kind == Event::kPing) {
    pings_.push_back(event.data);
    if (pings_.size() > kRememberedPings) pings_.pop_front();
  }
  if (event.kind != Event::kMessage) return;
  ++wanted_;
  wanted_recorded_ = event.time;
}

bool ReplayPlayer::is_left_to_engine(const input::RecordedEvent& event) {
  if (event.kind != Event::kPong || !manner_.answers_pings) return false;
  const auto asked = std::find(pings_.begin(), pings_.end(), event.data);
  if (asked == pings_.end()) return false;
  pings_.erase(asked);
  return true;
}

bool ReplayPlayer::must_wait(double now, std::optional<double>& until) {
  const bool closing = have_event_ && event_.kind == Event::kClose;
  const bool all_came = heard_ + missed_ >= wanted_;
  // Without pauses the Close would cut off what a server says too much.
  const bool listens_on = closing && manner_.waits && manner_.factor == 0 && manner_.patience > 0;
  if ((all_came && !listens_on) || !(manner_.waits || closing)) return false;
  if (manner_.patience < 0) return true;
  const double end = last_heard_ + manner_.patience;
  if (now < end) {
    until = end;
    return true;
  }
  if (!all_came) missed_ = wanted_ - heard_;
  return false;
}

/// A server's pace goes on from the message that it answers.
void ReplayPlayer::anchor(double now) {
  if (!plays_server() || anchored_ >= wanted_) return;
  anchor_ = now;
  for (; anchored_ < wanted_; ++anchored_) {
    if (arrivals_.empty()) continue;
    anchor_ = arrivals_.front();
    arrivals_.pop_front();
  }
  anchor_recorded_ = wanted_recorded_;
}

double ReplayPlayer::due(double recorded) const {
  if (manner_.factor == 0) return anchor_;
  return anchor_ + (recorded - anchor_recorded_) / manner_.factor;
}

ReplayPlayer::Step ReplayPlayer::next(double now) {
  const bool more = fetch();
  Step step;
  step.kind = Step::Kind::kWait;
  if (must_wait(now, step.until)) return step;
  anchor(now);
  const double when = due(more ? event_.time : cursor_.recording().connection().ended);
  if (now < when) {
    step.until = when;
    return step;
  }
  if (!more) {
    step.kind = Step::Kind::kEnd;
    return step;
  }
  have_event_ = false;
  last_heard_ = std::max(last_heard_, now);
  if (event_.kind == Event::kMessage) --left_;
  step.kind = Step::Kind::kPlay;
  step.event = &event_;
  return step;
}

}  // namespace wscope::session
