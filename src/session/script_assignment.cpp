#include "session/script_assignment.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wscope::session {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

}  // namespace

ScriptAssignment::ScriptAssignment(std::size_t expectations)
    : free_(expectations), taken_(expectations) {
  std::iota(free_.begin(), free_.end(), std::size_t{0});
}

bool ScriptAssignment::add(const Fits& fits) {
  const std::size_t event = place_.size();
  for (const std::size_t expectation : free_) {
    if (!fits(event, expectation)) continue;
    taken_[expectation] = event;
    place_.push_back(expectation);
    fulfil(expectation);
    return true;
  }
  // Breadth first from the event, over the expectations that fit to the events that hold them: the
  // first free one that is reached ends the shortest way on which all move by one.
  std::vector<std::size_t> reached_by(taken_.size(), kNobody);
  std::vector<std::size_t> movers{event};
  for (std::size_t i = 0; i < movers.size(); ++i) {
    for (std::size_t place = 0; place < taken_.size(); ++place) {
      const bool is_free = std::binary_search(free_.begin(), free_.end(), place);
      if (reached_by[place] != kNobody || (movers[i] == event && is_free)) continue;
      if (!is_free && !taken_[place]) continue;
      if (!compared(movers[i], place, fits)) continue;
      reached_by[place] = movers[i];
      if (is_free) {
        place_.push_back(kNobody);
        move_along(place, reached_by);
        fulfil(place);
        return true;
      }
      movers.push_back(*taken_[place]);
    }
  }
  if (known_.size() > event) known_.resize(event);
  return false;
}

bool ScriptAssignment::compared(std::size_t event, std::size_t expectation, const Fits& fits) {
  if (known_.size() <= event) known_.resize(event + 1);
  auto& row = known_[event];
  if (row.empty()) row.resize(taken_.size());
  Known& known = row[expectation];
  if (known == Known::kNot) known = fits(event, expectation) ? Known::kFits : Known::kDiffers;
  return known == Known::kFits;
}

/// Each event on the way takes the expectation by which it was left, back to the new one.
void ScriptAssignment::move_along(std::size_t expectation,
                                  const std::vector<std::size_t>& reached_by) {
  for (std::size_t place = expectation; place != kNobody;) {
    const std::size_t event = reached_by[place];
    taken_[place] = event;
    place = std::exchange(place_[event], place);
  }
}

void ScriptAssignment::fulfil(std::size_t expectation) {
  free_.erase(std::lower_bound(free_.begin(), free_.end(), expectation));
}

}  // namespace wscope::session
