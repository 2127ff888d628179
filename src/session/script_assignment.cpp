#include "session/script_assignment.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wscope::session {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
constexpr std::size_t kWord = 64;

void set(std::vector<std::uint64_t>& bits, std::size_t at) {
  bits[at / kWord] |= std::uint64_t{1} << (at % kWord);
}

void clear(std::vector<std::uint64_t>& bits, std::size_t at) {
  bits[at / kWord] &= ~(std::uint64_t{1} << (at % kWord));
}

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
  Bits open((taken_.size() + kWord - 1) / kWord);
  Bits held(open.size());
  for (const std::size_t place : free_) set(open, place);
  for (const std::size_t place : place_) set(held, place);
  std::vector<std::size_t> reached_by(taken_.size(), kNobody);
  std::vector<std::size_t> movers{event};
  for (std::size_t i = 0; i < movers.size(); ++i) {
    const std::size_t mover = movers[i];
    // That the event itself fits none that is free is known.
    if (const auto end = i == 0 ? std::nullopt : first_fit(mover, open, 0, fits)) {
      reached_by[*end] = mover;
      place_.push_back(kNobody);
      move_along(*end, reached_by);
      fulfil(*end);
      return true;
    }
    for (auto next = first_fit(mover, held, 0, fits); next;
         next = first_fit(mover, held, *next, fits)) {
      clear(held, *next);
      reached_by[*next] = mover;
      movers.push_back(*taken_[*next]);
    }
  }
  compared_.resize(std::min(compared_.size(), event));
  return false;
}

std::optional<std::size_t> ScriptAssignment::first_fit(std::size_t event, const Bits& among,
                                                       std::size_t from, const Fits& fits) {
  if (compared_.size() <= event) compared_.resize(event + 1);
  auto& [fit, differ] = compared_[event];
  if (fit.empty()) fit = differ = Bits(among.size());
  for (std::size_t word = from / kWord; word < among.size(); ++word) {
    for (std::uint64_t left = among[word] & ~differ[word]; left != 0; left &= left - 1) {
      const std::size_t place = word * kWord + static_cast<std::size_t>(__builtin_ctzll(left));
      const bool is_known = (fit[word] >> (place % kWord) & 1U) != 0;
      if (is_known || fits(event, place)) {
        set(fit, place);
        return place;
      }
      set(differ, place);
    }
  }
  return std::nullopt;
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
