#include "session/run_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wscope::session {

std::string plural(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

Error out_of_time(const std::string& what, double seconds) {
  return {Stage::kTimeout,
          fmt::format("out of time: {} did not end within {:g} s", what, seconds),
          "--timeout bounds the whole run",
          {}};
}

std::string in_flight_note(std::uint64_t count) {
  if (count == 0) return {};
  return "; " + plural(count, "message") + " in flight: whether they arrived is unknown";
}

namespace {

constexpr double kLongWait = 10;  // seconds of -w that many an answer fits into

/// Who sees "0 of 1 messages came" looks for the fault at the server: it was our own patience.
std::string hint_of_silence(double seconds) {
  const std::string why =
      seconds > 0 ? fmt::format("nothing came for {:g} s (-w)", seconds) : "-w 0 waits for nothing";
  return fmt::format("{}: -w {:g} waits longer, -w -1 until the server closes", why,
                     std::max(kLongWait, 2 * seconds));
}

Result<ExitStatus> judge(const Ending& ending, const RunFacts& facts) {
  if (facts.signal) return *facts.signal;
  if (facts.failure) return fail(*facts.failure);
  if (facts.enough) return ExitStatus::kOk;
  std::string undelivered;
  if (facts.undelivered > 0) {
    undelivered = facts.undelivered_goes_on ? "at least " : "";
    undelivered += plural(facts.undelivered, "message") + " not delivered";
  }
  if (ending.error && !facts.left) {
    Error error = *ending.error;
    // Whether the last ones arrived is unknown: a peer that goes confirms nothing.
    if (!ending.closed.clean && facts.sent > 0) {
      error.message += "; " + plural(facts.sent, "message") + " sent";
    }
    if (!undelivered.empty()) error.message += "; " + undelivered;
    error.message += in_flight_note(facts.in_flight);
    return fail(std::move(error));
  }
  const bool ours = ending.closed.first == Direction::kSent;
  // What stands behind our own Close can't be sent; else it is the server's doing.
  if (!undelivered.empty() && ours) {
    return fail(Stage::kInput, "connection closed: " + undelivered,
                "the input had closed it before");
  }
  if (!undelivered.empty()) {
    return fail(Stage::kConnection,
                fmt::format("{} closed the connection first: {}", facts.peer, undelivered));
  }
  if (facts.cut || (!facts.unfinished.empty() && !facts.left)) {
    return fail(Stage::kConnection, ours ? "connection closed" : "server closed the connection");
  }
  if (!facts.shortfall.empty()) {
    const bool impatient = ours && facts.silence;
    return fail(Stage::kExpectation, facts.shortfall,
                impatient ? hint_of_silence(*facts.silence) : std::string());
  }
  if (facts.refused > 0) {
    return fail(Stage::kInput, plural(facts.refused, "message") + " could not be sent");
  }
  return ExitStatus::kOk;
}

}  // namespace

Result<ExitStatus> run_outcome(const Ending& ending, const RunFacts& facts) {
  auto outcome = judge(ending, facts);
  if (!outcome && facts.cut) {
    outcome.error().message += "; the last message on stdout is incomplete";
  }
  if (!outcome && !facts.unfinished.empty()) outcome.error().message += "; " + facts.unfinished;
  return outcome;
}

}  // namespace wscope::session
