// ReplayServer: --listen --replay: each client gets what the recording's server sent.
//
// Plays the server's part of the recorded connection to every client by itself: a message waits for
// as many messages of the client as had come before it, and then as long as it took then
// (session/replay_player.h). Agrees on the recorded subprotocol where the client offers it; a
// connection that was lost when it was recorded is dropped. With --verify what each client sends is
// compared; its differences are told when it leaves, and differed() from then on. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "input/recording.h"
#include "session/deadline.h"
#include "session/replay_player.h"
#include "session/replay_verifier.h"
#include "session/served_client.h"
#include "session/served_events.h"

namespace wscope::session {

class ReplayServer {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    /// Of what would be told too much waits already: client_has_room() when it is gone.
    virtual bool replay_waits() = 0;
    /// Something was played out of turn: flush what was told.
    virtual void replay_rests() = 0;
  };

  /// Null without --replay; Stage::kUsage for a file that is no recording. What is given must
  /// outlive it.
  static Result<std::unique_ptr<ReplayServer>> open(const Options& options, asio::io_context& loop,
                                                    Clock& clock);
  /// About the file.
  const std::vector<std::string>& notices() const { return recording_->notices(); }
  /// Both before the first client.
  void set_host(Host& host) { host_ = &host; }
  void set_sink(EventSink& sink) {
    sink_ = &sink;
    events_ = ServedEvents(&sink);
  }

  /// The recorded one, if it is among those offered.
  std::string subprotocol(const std::vector<std::string>& offered) const;
  void client_opened(ServedClient& client);
  void client_message(ServedClient& client, MessageType type, std::string_view data);
  void client_has_room(ServedClient& client);
  /// `cut_short`: we ended it, so what had not come yet is no difference.
  void client_ended(ServedClient& client, const Ending& ending, bool cut_short);
  /// Some client was not as recorded.
  bool differed() const { return differing_ > 0; }
  /// "2 of 5 clients were not as recorded".
  Error failure() const;

 private:
  struct Part {
    Part(asio::io_context& loop, const std::shared_ptr<const input::Recording>& recording,
         const ReplayManner& manner)
        : player(recording, manner), deadline(loop) {}
    ReplayPlayer player;
    std::optional<ReplayVerifier> verifier;
    Deadline deadline;
    bool over = false;
  };

  ReplayServer(const Options& options, asio::io_context& loop, Clock& clock,
               std::shared_ptr<const input::Recording> recording);
  void play(ServedClient& client, Part& part);
  void perform(ServedClient& client, const input::RecordedEvent& event);
  void end(ServedClient& client, Part& part);

  const Options& options_;
  asio::io_context& loop_;
  Clock& clock_;
  std::shared_ptr<const input::Recording> recording_;
  Host* host_ = nullptr;
  EventSink* sink_ = nullptr;
  ServedEvents events_{nullptr};
  std::map<std::size_t, Part> parts_;  // by the client's number
  std::size_t verified_ = 0;
  std::size_t differing_ = 0;
};

}  // namespace wscope::session
