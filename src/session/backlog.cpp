#include "session/backlog.h"

#include <algorithm>

namespace wscope::session {

void Backlog::add(std::uint64_t begin, std::uint64_t end) {
  const Extent message{begin, end};
  while (!largest_.empty() && largest_.back().size() <= message.size()) largest_.pop_back();
  largest_.push_back(message);
}

std::uint64_t Backlog::besides_largest(std::uint64_t written, std::uint64_t queued_until) {
  while (!largest_.empty() && largest_.front().end <= written) largest_.pop_front();
  const std::uint64_t waits = queued_until - written;
  if (largest_.empty()) return waits;
  return waits - (largest_.front().end - std::max(written, largest_.front().begin));
}

}  // namespace wscope::session
