// ScriptInbox: what came on one connection of a script and was taken by no statement yet.
//
// Pings and pongs come between messages at any time and stand in lines of their own; of those that
// nobody takes the last are kept. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "session/script_match.h"

namespace wscope::session {

struct ScriptInbox {
  using Queue = std::deque<ScriptEvent>;
  /// Messages that no statement has taken yet; beyond this the connection is not read.
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20;

  Queue messages;
  Queue pings;
  Queue pongs;
  std::optional<ScriptEvent> end;  // a Close or the loss; comes after all messages
  bool end_taken = false;          // by an expectation
  std::size_t bytes = 0;           // that the messages hold

  bool full() const { return bytes >= kMostBytes; }
  /// The line whose first gave way to it, if one had to.
  const Queue* add(ScriptEvent event);
  ScriptEvent take_message();
};

}  // namespace wscope::session
