#include "session/backoff.h"

#include <algorithm>
#include <cmath>

namespace wscope::session {

double Backoff::next(double random, std::optional<double> retry_after) {
  const double ceiling = std::min(kLongest, kFirst * std::ldexp(1.0, std::min(attempts_, 30)));
  ++attempts_;
  return std::max(random * ceiling, retry_after.value_or(0));
}

}  // namespace wscope::session
