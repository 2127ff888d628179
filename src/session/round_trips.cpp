#include "session/round_trips.h"

#include <algorithm>

namespace wscope::session {

void RoundTrips::sent(std::string_view payload, Time now) {
  if (waiting_.size() >= kRemembered) waiting_.clear();
  waiting_.insert_or_assign(std::string(payload), now);
}

std::optional<double> RoundTrips::answered(std::string_view payload, Time now) {
  const auto found = waiting_.find(payload);
  if (found == waiting_.end()) return std::nullopt;
  const double seconds = std::chrono::duration<double>(now - found->second).count();
  waiting_.erase(found);
  summary_.least = summary_.count == 0 ? seconds : std::min(summary_.least, seconds);
  summary_.most = std::max(summary_.most, seconds);
  summary_.last = seconds;
  ++summary_.count;
  total_ += seconds;
  return seconds;
}

RoundTrips::Summary RoundTrips::summary() const {
  Summary summary = summary_;
  if (summary.count > 0) summary.average = total_ / static_cast<double>(summary.count);
  return summary;
}

void RoundTrips::clear() { *this = RoundTrips(); }

}  // namespace wscope::session
