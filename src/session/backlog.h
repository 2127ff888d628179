// Backlog: how much waits for a client besides the largest message that waits for it.
//
// One message may be larger than any limit on what waits: that it takes its time does not mean that
// nobody reads it, however much of it is left. Pure; all positions are in bytes ever queued. What
// is queued without add() counts as small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace wscope::session {

class Backlog {
 public:
  /// A message was queued: where its bytes begin, and where they end.
  void add(std::uint64_t begin, std::uint64_t end);
  /// Of the bytes from `written` to `queued_until` those that are not the largest message's.
  std::uint64_t besides_largest(std::uint64_t written, std::uint64_t queued_until);

 private:
  struct Extent {
    std::uint64_t begin;
    std::uint64_t end;
    std::uint64_t size() const { return end - begin; }
  };
  std::deque<Extent> largest_;  // each larger than all that came after it
};

}  // namespace wscope::session
