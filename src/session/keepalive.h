// Keepalive: pings at an interval, the wait for their pongs, and heartbeat messages.
//
// Runs from start() to stop(); the hooks are called on the loop. `dead` is called once when a pong
// did not come within --pong-timeout; the time does not count where it was ourselves who held the
// ping or the pong up: `waits` is called when a wait begins, and then `held_up` asks at its end
// whether that was so since the last call of either. Seconds.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/options.h"
#include "session/deadline.h"

namespace wscope::session {

class Keepalive {
 public:
  struct Hooks {
    std::function<bool(const std::string& data)> ping;  // false: can't be sent any more
    std::function<void(const std::string& text)> heartbeat;
    std::function<void()> dead;
    std::function<void()> waits;
    std::function<bool()> held_up;
  };

  Keepalive(asio::io_context& loop, const LivenessOptions& options, Hooks hooks);

  void start();
  void stop();
  /// Any pong that came; one that answers a ping of ours ends the wait.
  void pong(std::string_view data);

 private:
  void ping();
  void await_pong();
  void beat();

  const LivenessOptions& options_;
  Hooks hooks_;
  Deadline next_ping_;
  Deadline pong_due_;
  Deadline next_beat_;
  std::uint64_t pings_ = 0;
};

}  // namespace wscope::session
