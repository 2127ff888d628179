// Keepalive: pings at an interval, the wait for their pongs, and heartbeat messages.
//
// Runs from start() to stop(), on one connection, which must live as long; the hooks are called on
// the loop, and what they send is theirs. No heartbeat while the peer reads nothing. `dead` is
// called when a pong did not come within --pong-timeout; the time does not count where it was
// ourselves who held the ping or the pong up. Seconds.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/options.h"
#include "session/connection.h"
#include "session/deadline.h"

namespace wscope::session {

class Keepalive {
 public:
  struct Hooks {
    std::function<bool(const std::string& data)> ping;  // false: can't be sent any more
    std::function<void(const std::string& text)> heartbeat;
    std::function<void()> dead;
  };

  Keepalive(asio::io_context& loop, const LivenessOptions& options, Hooks hooks);

  void start(Connection& connection);
  void stop();
  /// Any pong that came; one that answers a ping of ours ends the wait.
  void pong(std::string_view data);

 private:
  void ping();
  void await_pong();
  void beat();

  const LivenessOptions& options_;
  Hooks hooks_;
  Connection* connection_ = nullptr;
  Deadline next_ping_;
  Deadline pong_due_;
  Deadline next_beat_;
  std::uint64_t pings_ = 0;
};

}  // namespace wscope::session
