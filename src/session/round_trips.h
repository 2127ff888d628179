// RoundTrips: pings that went out and pongs that came back → how long the way takes.
//
// A pong answers the last ping with the same payload (RFC 6455 5.5.3); pongs nobody asked for count
// nothing. Pings whose pong never comes are forgotten beyond a bound. Pure, with the time as an
// argument; seconds. Never fails.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wscope::session {

class RoundTrips {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Summary {
    std::uint64_t count = 0;
    double last = 0;
    double least = 0;
    double average = 0;
    double most = 0;
  };

  void sent(std::string_view payload, Time now);
  /// The seconds since the ping that this pong answers; nothing: it answers none.
  std::optional<double> answered(std::string_view payload, Time now);
  Summary summary() const;
  /// A new connection: another way.
  void clear();

 private:
  static constexpr std::size_t kRemembered = 64;

  std::map<std::string, Time, std::less<>> waiting_;
  Summary summary_;
  double total_ = 0;
};

}  // namespace wscope::session
