// What a run of one connection comes to: how that ended and what was asked of it → exit status or
// the error that tells (wscope(1), EXIT STATUS).
//
// Pure. In this order: a signal, a failure of ours, an end that was wanted, the connection's error,
// messages that were not delivered, an expectation, input that was refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "session/connection.h"

namespace wscope::session {

struct RunFacts {
  std::optional<ExitStatus> signal;
  std::optional<Error> failure;      // decided before the connection ended
  bool left = false;                 // a person left the prompt: the peer's manners don't matter
  bool enough = false;               // --count or --until was reached, or stdout's reader has gone
  std::string_view peer = "server";  // who may have closed the connection
  std::uint64_t sent = 0;            // messages, over all connections
  std::uint64_t undelivered = 0;     // accepted, and not written
  bool undelivered_goes_on = false;  // at least so many: the rest of the input was not counted
  std::uint64_t in_flight = 0;       // written, and not confirmed; only known with --reconnect
  std::uint64_t refused = 0;         // input that was not sent
  bool cut = false;                  // the last message on stdout lacks its end
  std::string unfinished;            // what came of something that is not whole; empty: nothing
  std::string shortfall;             // of --count or --until; empty: nothing was expected
  std::optional<double> silence;     // seconds (-w) without a message, for which we closed
};

Result<ExitStatus> run_outcome(const Ending& ending, const RunFacts& facts);

/// What a run comes to that --timeout has ended; `what` did not end within so many seconds.
Error out_of_time(const std::string& what, double seconds);

/// "; 3 messages in flight: whether they arrived is unknown", or nothing.
std::string in_flight_note(std::uint64_t count);

/// "1 message", "2 messages".
std::string plural(std::uint64_t count, const std::string& noun);

}  // namespace wscope::session
