// ScriptAssignment: which expectation of a block takes which of the events that come, each one.
//
// Events are numbered as they come. An event goes to the first expectation that is free and fits
// it; where none is, others are moved along (an augmenting path), so that an event finds no place
// only where no assignment has one for all. In the usual case each event is compared with the free
// expectations before its own, at worst each is compared twice with each expectation. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace wscope::session {

class ScriptAssignment {
 public:
  using Fits = std::function<bool(std::size_t event, std::size_t expectation)>;

  ScriptAssignment() = default;
  explicit ScriptAssignment(std::size_t expectations);

  /// The next event. False: there is no place for it, and the next one has its number.
  bool add(const Fits& fits);
  /// It is fulfilled by what is no event of its own.
  void fulfil(std::size_t expectation);
  /// In their order.
  const std::vector<std::size_t>& free() const { return free_; }
  /// May still change while events come.
  std::optional<std::size_t> event_of(std::size_t expectation) const { return taken_[expectation]; }

 private:
  /// Of expectations, a bit for each.
  using Bits = std::vector<std::uint64_t>;
  struct Compared {
    Bits fit;
    Bits differ;
  };

  std::optional<std::size_t> first_fit(std::size_t event, const Bits& among, std::size_t from,
                                       const Fits& fits);
  void move_along(std::size_t expectation, const std::vector<std::size_t>& reached_by);

  std::vector<std::size_t> free_;
  std::vector<std::optional<std::size_t>> taken_;  // by expectation: its event
  std::vector<std::size_t> place_;                 // by event: its expectation
  std::vector<Compared> compared_;                 // by event, where others were looked at, too
};

}  // namespace wscope::session
