// Backoff: how long to wait before the next attempt: exponential with full jitter.
//
// Pure: the random number is an argument. The wait before attempt n (from 0) is anything between 0
// and min(kLongest, kFirst * 2^n), so that many clients of a server that restarts do not come back
// at once. A server's Retry-After is the least wait. Seconds.
#pragma once

#include <optional>

namespace wscope::session {

class Backoff {
 public:
  static constexpr double kFirst = 1;
  static constexpr double kLongest = 30;

  /// `random` in [0, 1).
  double next(double random, std::optional<double> retry_after);
  /// The connection held: begin anew.
  void reset() { attempts_ = 0; }
  /// Attempts since the last reset.
  int attempts() const { return attempts_; }

 private:
  int attempts_ = 0;
};

}  // namespace wscope::session
