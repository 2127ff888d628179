// ServerEnd: by what a server's run ends, and what the run then comes to.
//
// --timeout bounds it, --count and --until look at the messages of all clients together, --once
// makes it end with the first client that came in. The first cause decides; but a signal or
// --timeout that cuts a wanted end short decides instead, for then something may not have been sent
// or written. One that nobody gave a condition or a bound (the embedded echo server) never ends by
// itself. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "session/connection.h"
#include "session/deadline.h"
#include "session/end_condition.h"

namespace wscope::session {

class ServerEnd {
 public:
  explicit ServerEnd(asio::io_context& loop) : deadline_(loop) {}

  /// Before start(). `timeout`: seconds for the whole run; `once`: for one client.
  void set(EndCondition condition, std::optional<double> timeout, bool once);
  /// From here on the time counts; `timed_out` gets the run's error.
  void start(const std::string& url, std::function<void(Error)> timed_out);
  void stop() { deadline_.cancel(); }

  /// A message was dealt with; true when it is the one that ends the run.
  bool message(std::string_view data) { return condition_ && condition_->message(data); }
  /// Whoever asked for N messages gets N: none that comes later counts.
  bool reached() const { return condition_ && condition_->reached(); }

  /// A client came in.
  void client_opened() { has_had_one_ = true; }
  /// The one client of --once has been let in.
  bool takes_no_more() const { return once_ && has_had_one_; }
  /// The outcome when that one has left: as a client's run with such an end. `input`: lines of it
  /// that were not queued; it may go on.
  Result<ExitStatus> left_by_the_one(const Ending& ending, std::uint64_t input = 0,
                                     bool input_goes_on = false) const;

  /// It is to end in its own time; false when it ends already.
  bool begin(Result<ExitStatus> outcome);
  /// By a signal or --timeout; false when one of them came before.
  bool hurry(Result<ExitStatus> outcome);
  bool hurried() const { return hurried_; }
  bool begun() const { return outcome_.has_value(); }
  /// Once it has begun.
  const Result<ExitStatus>& outcome() const { return *outcome_; }
  /// What clients are told: 1000 when they have said enough, else 1001 (RFC 6455 7.4.1).
  std::uint16_t close_code() const;
  /// The outcome when a person leaves: Stage::kExpectation when something was waited for.
  Result<ExitStatus> left() const;

 private:
  std::optional<EndCondition> condition_;
  std::optional<double> timeout_;
  bool once_ = false;
  bool has_had_one_ = false;
  std::optional<Result<ExitStatus>> outcome_;
  bool hurried_ = false;
  Deadline deadline_;
};

}  // namespace wscope::session
