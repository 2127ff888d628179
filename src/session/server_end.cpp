#include "session/server_end.h"

#include <utility>

#include "session/run_outcome.h"
#include "ws/close_code.h"

namespace wscope::session {

void ServerEnd::set(EndCondition condition, std::optional<double> timeout, bool once) {
  condition_ = std::move(condition);
  timeout_ = timeout;
  once_ = once;
}

void ServerEnd::start(const std::string& url, std::function<void(Error)> timed_out) {
  if (!timeout_) return;
  Error error = out_of_time(url, *timeout_);
  deadline_.start(*timeout_, [error = std::move(error), timed_out = std::move(timed_out)] {
    timed_out(error);
  });
}

bool ServerEnd::begin(Result<ExitStatus> outcome) {
  if (outcome_) return false;
  outcome_ = std::move(outcome);
  return true;
}

bool ServerEnd::hurry(Result<ExitStatus> outcome) {
  if (std::exchange(hurried_, true)) return false;
  outcome_ = std::move(outcome);
  return true;
}

std::uint16_t ServerEnd::close_code() const {
  return reached() ? ws::kCloseNormal : ws::kCloseGoingAway;
}

Result<ExitStatus> ServerEnd::left_by_the_one(const Ending& ending, std::uint64_t input,
                                              bool input_goes_on) const {
  std::string undelivered;
  if (const auto count = ending.undelivered + input; count > 0) {
    undelivered = (input_goes_on ? "at least " : "") + plural(count, "message") + " not delivered";
  }
  if (ending.error) {
    Error error = *ending.error;
    if (!undelivered.empty()) error.message += "; " + undelivered;
    return fail(std::move(error));
  }
  if (!undelivered.empty()) {
    return fail(Stage::kConnection, "client closed the connection first: " + undelivered);
  }
  return left();
}

Result<ExitStatus> ServerEnd::left() const {
  if (!condition_ || !condition_->set() || condition_->reached()) return ExitStatus::kOk;
  return fail(Stage::kExpectation, condition_->shortfall());
}

}  // namespace wscope::session
