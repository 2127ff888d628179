#include "session/reconnect.h"

#include <random>

#include "ws/close_code.h"

namespace wscope::session {
namespace {

constexpr double kSteady = 5;  // seconds

}  // namespace

void Reconnect::lived(double seconds) {
  if (seconds >= kSteady) held();
}

bool Reconnect::attempts_left() const {
  return enabled() && (!options_.reconnect_max || backoff_.attempts() < *options_.reconnect_max);
}

bool Reconnect::worth_after(const Ending& ending) const {
  if (!attempts_left()) return false;
  if (!ending.closed.first) return true;  // lost without a Close
  // A Close of ours with an error is our verdict on the server's bytes: they would come again.
  if (ending.closed.first == Direction::kSent) return false;
  return ending.closed.code && *ending.closed.code != ws::kCloseNormal;
}

bool Reconnect::worth_after(const Error& error, const RefusedUpgrade& refused) const {
  if (!attempts_left()) return false;
  if (error.transient) return *error.transient;
  switch (error.stage) {
    case Stage::kResolve:
    case Stage::kConnect:
    case Stage::kProxy:
    case Stage::kTimeout:
    case Stage::kConnection:
      return true;
    case Stage::kHandshake:
      // Without a head the server went before it; with one its status decides.
      return !refused.status || *refused.status == 429 || *refused.status >= 500;
    default:
      return false;
  }
}

double Reconnect::next_wait(const std::optional<double>& retry_after) {
  static thread_local std::minstd_rand generator{std::random_device{}()};
  return backoff_.next(std::uniform_real_distribution<double>(0, 1)(generator), retry_after);
}

}  // namespace wscope::session
