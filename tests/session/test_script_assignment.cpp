#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "session/script_assignment.h"

using wscope::session::ScriptAssignment;

namespace {

using Fitting = std::vector<std::set<std::size_t>>;  // by event

ScriptAssignment::Fits fits(const Fitting& fitting) {
  return [&fitting](std::size_t event, std::size_t expectation) {
    return fitting[event].count(expectation) > 0;
  };
}

}  // namespace

TEST_CASE("assignment: an event goes to the first that is free and fits") {
  const Fitting fitting{{1, 2}, {0, 1, 2}, {2}};
  ScriptAssignment assignment(3);
  for (int i = 0; i < 3; ++i) CHECK(assignment.add(fits(fitting)));
  CHECK(assignment.event_of(0) == 1);
  CHECK(assignment.event_of(1) == 0);
  CHECK(assignment.event_of(2) == 2);
  CHECK(assignment.free().empty());
}

TEST_CASE("assignment: others move along where the last place is one of theirs") {
  // 0 holds 0, 1 holds 1; the last one makes both move.
  const Fitting fitting{{0, 1}, {1, 2}, {0}};
  ScriptAssignment assignment(3);
  for (int i = 0; i < 3; ++i) CHECK(assignment.add(fits(fitting)));
  CHECK(assignment.event_of(0) == 2);
  CHECK(assignment.event_of(1) == 0);
  CHECK(assignment.event_of(2) == 1);
}

TEST_CASE("assignment: an event without a place changes nothing, the next has its number") {
  Fitting fitting{{0, 1}, {0}, {0, 1}};
  ScriptAssignment assignment(4);
  assignment.fulfil(3);
  CHECK(assignment.add(fits(fitting)));
  CHECK(assignment.add(fits(fitting)));
  CHECK_FALSE(assignment.add(fits(fitting)));
  CHECK(assignment.free() == std::vector<std::size_t>{2});
  CHECK(assignment.event_of(0) == 1);
  CHECK(assignment.event_of(1) == 0);
  CHECK_FALSE(assignment.event_of(3));
  fitting[2] = {1, 2};
  CHECK(assignment.add(fits(fitting)));
  CHECK(assignment.event_of(2) == 2);
}

TEST_CASE("assignment: events in their order are compared once each, others with each at most") {
  constexpr std::size_t kMany = 200;
  std::size_t compared = 0;
  ScriptAssignment ordered(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    CHECK(ordered.add([&](std::size_t event, std::size_t expectation) {
      ++compared;
      return event == expectation;
    }));
  }
  CHECK(compared == kMany);
  // Each event takes the place of the one before it, which moves back by one.
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  compared = 0;
  ScriptAssignment chained(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    CHECK(chained.add([&](std::size_t event, std::size_t expectation) {
      ++compared;
      pairs.insert({event, expectation});
      return expectation == 0 || (expectation <= event + 1);
    }));
  }
  CHECK(compared <= 2 * kMany * kMany);
  // All first took the place of another, and each later one fits no other than these.
  constexpr std::size_t kHalf = kMany / 2;
  compared = 0;
  ScriptAssignment moved(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    CHECK(moved.add([&](std::size_t event, std::size_t expectation) {
      ++compared;
      return expectation < kHalf || expectation == event + kHalf;
    }));
  }
  CHECK(compared <= 2 * kMany * kMany);
  std::set<std::size_t> events;
  for (std::size_t i = 0; i < kMany; ++i) {
    events.insert(*moved.event_of(i));
    if (i >= kHalf) CHECK(moved.event_of(i) == i - kHalf);
  }
  CHECK(events.size() == kMany);
}
