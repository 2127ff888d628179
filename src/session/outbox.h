// Outbox: what became of each message we sent, so that a lost connection loses nothing silently.
//
// A message is queued until its last byte is written, then in flight until the peer has answered a
// ping that was sent behind it, then delivered (RFC 6455 5.5.3: a Pong comes after what was read
// before the Ping). After a loss the queued ones can be sent again without doubling any, since a
// frame that was cut is no message; whether those in flight arrived is unknown, so they are
// counted. Pure; only used with --reconnect, since it keeps copies of what is queued.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/event_sink.h"

namespace wscope::session {

class Outbox {
 public:
  struct Item {
    MessageType type;
    std::string data;
    bool ours = true;  // false: nothing to say again, like a dialect's heartbeat
  };

  void add(MessageType type, std::string_view data);
  /// A message was queued that says nothing of the user's, or not yet all of it.
  void add_other();
  /// The last message added completes this, typed by the user: to be said again as it was typed.
  void completes(MessageType type, std::string_view typed);
  /// So many of the added messages have bytes that are not written yet.
  void written_but(std::size_t queued);
  /// The payload for a ping to send now, behind everything added; nothing while one is out or all
  /// is delivered.
  std::optional<std::string> mark();
  /// A pong came. True when it answers our mark.
  bool confirm(std::string_view data);

  std::size_t in_flight() const { return in_flight_; }
  /// Of the user's messages.
  std::size_t unsent() const;
  /// The connection is lost: forgets what was in flight and gives back what was not sent.
  std::deque<Item> take_unsent();

 private:
  std::deque<Item> queued_;
  std::size_t in_flight_ = 0;
  std::size_t marked_ = 0;  // of those in flight, how many the mark stands behind
  std::uint64_t marks_ = 0;
  std::string mark_;
};

}  // namespace wscope::session
