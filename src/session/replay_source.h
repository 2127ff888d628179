// ReplaySource: --replay of a client: sends what the recording's client sent, at its pace.
//
// An ActionSource whose first next() is the opening of the connection, and an EventSink that hears
// what comes: for the waiting (session/replay_player.h) and for --verify, whose verdict decides how
// the run ended: Stage::kExpectation where something differs. open() reads the file; Stage::kUsage
// when it can't. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/action.h"
#include "base/clock.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "session/deadline.h"
#include "session/replay_player.h"
#include "session/replay_verifier.h"

namespace wscope::session {

class ReplaySource final : public ActionSource, public EventSink {
 public:
  /// Null without --replay. What is given must outlive it.
  static Result<std::unique_ptr<ReplaySource>> open(const Options& options, asio::io_context& loop,
                                                    const Clock& clock);

  const std::vector<std::string>& notices() const { return recording_->notices(); }

  // ActionSource
  void start(Waker waker) override { waker_ = std::move(waker); }
  Pull next(Action& action) override;
  void stop() override { deadline_.cancel(); }
  std::uint64_t unpulled() override { return player_.left(); }
  Result<ExitStatus> judge(Result<ExitStatus> ended) override;

  // EventSink
  void on_message(const Message& message) override;
  void on_wire_message(const Message& message, std::string_view) override { on_message(message); }
  void on_closed(const Closed& closed) override;

 private:
  ReplaySource(const Options& options, asio::io_context& loop, const Clock& clock,
               std::shared_ptr<const input::Recording> recording);

  const Options& options_;
  const Clock& clock_;
  std::shared_ptr<const input::Recording> recording_;
  ReplayPlayer player_;
  std::optional<ReplayVerifier> verifier_;
  Deadline deadline_;
  Waker waker_;
};

/// What a recorded event of ours is to the session.
Action action_of(const input::RecordedEvent& event);

}  // namespace wscope::session
