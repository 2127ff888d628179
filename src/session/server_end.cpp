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
  RunFacts facts;
  facts.peer = "client";
  facts.sent = ending.totals.messages_sent - ending.undelivered;
  facts.undelivered = ending.undelivered + input;
  facts.undelivered_goes_on = input_goes_on;
  if (condition_ && condition_->set()) facts.shortfall = condition_->shortfall();
  return run_outcome(ending, facts);
}

Result<ExitStatus> ServerEnd::left() const {
  if (!condition_ || !condition_->set() || condition_->reached()) return ExitStatus::kOk;
  return fail(Stage::kExpectation, condition_->shortfall());
}

}  // namespace wscope::session
