// Reconnect: whether --reconnect tries again after an end, and when (wscope(1), --reconnect).
//
// Pure but for the random number of the jitter. Again: a connection that was lost, closed with
// another code than 1000, or could not be made; 429 and 5xx refusals with their Retry-After. Never
// again: after a Close 1000 or without a code, other refusals (of a proxy, too), TLS and
// certificate errors but for a connection that broke under them, usage errors, a violation of the
// protocol by the server or a proxy, or when --reconnect-max attempts in a row failed.
#pragma once

#include <optional>

#include "base/error.h"
#include "base/options.h"
#include "session/backoff.h"
#include "session/connection.h"

namespace wscope::session {

/// What a refusing server said, as far as it bears on trying again.
struct RefusedUpgrade {
  std::optional<int> status;          // of the response head; nothing: none came
  std::optional<double> retry_after;  // seconds
};

class Reconnect {
 public:
  explicit Reconnect(const LivenessOptions& options) : options_(options) {}

  bool enabled() const { return options_.reconnect; }
  bool worth_after(const Ending& ending) const;
  bool worth_after(const Error& error, const RefusedUpgrade& refused) const;
  /// Seconds to wait before the next attempt.
  double next_wait(const std::optional<double>& retry_after);
  /// Something was received: the server is well.
  void held() { backoff_.reset(); }
  /// A connection has ended that was open for so many seconds; some of them say as much, where
  /// neither side has much to say.
  void lived(double seconds);
  int attempts() const { return backoff_.attempts(); }

 private:
  bool attempts_left() const;

  const LivenessOptions& options_;
  Backoff backoff_;
};

}  // namespace wscope::session
