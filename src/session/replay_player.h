// ReplayPlayer: when each part of a recording is due again: the pace of --replay, without a clock.
//
// Plays the client's or the server's part of one connection; the time comes as an argument, in
// seconds of any clock. A client's part runs from the opening of the connection; a server's part
// from the last message that it waited for, so that it answers a slow client as it answered the
// recorded one. Where the player waits, nothing is played before as many messages of the peer have
// come as had come in the recording; our Close waits so in any case. `patience` seconds of silence
// end a wait. A pong that answered a recorded ping is left to whoever answers pings now. Pure but
// for the recording's file; loop thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "input/recording.h"

namespace wscope::session {

/// "2x", "0.5", "max" or "" → recorded seconds in a second; 0: without pauses.
double replay_factor(const std::string& speed);

struct ReplayManner {
  bool as_client = true;  // whose part is played
  double factor = 1;      // recorded seconds in a second; 0: without pauses
  bool waits = false;     // for the peer's messages
  double patience = -1;   // seconds; < 0: without end
  bool answers_pings = true;
};

class ReplayPlayer {
 public:
  struct Step {
    enum class Kind {
      kPlay,  // event: lives until the next call
      kWait,  // until `until` at the latest, or heard(); nothing: heard() alone helps
      kEnd,
    };
    Kind kind = Kind::kEnd;
    const input::RecordedEvent* event = nullptr;
    std::optional<double> until;
  };

  ReplayPlayer(std::shared_ptr<const input::Recording> recording, const ReplayManner& manner);

  /// The connection is open.
  void start(double now);
  bool started() const { return started_; }
  /// A message of the peer came; true when that ends a wait.
  bool heard(double now);
  Step next(double now);
  /// Messages still to be played.
  std::uint64_t left() const { return left_; }

 private:
  bool fetch();
  void pass_by(const input::RecordedEvent& event);
  bool is_left_to_engine(const input::RecordedEvent& event);
  bool must_wait(double now, std::optional<double>& until);
  void anchor(double now);
  double due(double recorded) const;
  bool plays_server() const { return !manner_.as_client; }

  input::RecordingCursor cursor_;
  const ReplayManner manner_;
  const std::uint64_t all_of_peer_;  // messages in the recording
  std::uint64_t left_;
  bool started_ = false;
  bool have_event_ = false;
  bool at_end_ = false;
  input::RecordedEvent event_;
  std::deque<std::string> pings_;  // of the peer, in the recording, not answered yet

  std::uint64_t wanted_ = 0;    // messages of the peer before event_
  double wanted_recorded_ = 0;  // when the last of them was recorded
  std::uint64_t heard_ = 0;
  std::uint64_t missed_ = 0;  // were waited for in vain
  double last_heard_ = 0;
  std::deque<double> arrivals_;  // of messages not anchored to yet
  std::uint64_t anchored_ = 0;
  double anchor_ = 0;
  double anchor_recorded_ = 0;
};

}  // namespace wscope::session
