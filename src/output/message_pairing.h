// MessagePairing: trace lines of compressed frames, completed by the messages made of them.
//
// The wire shows a compressed payload; its line shall say what it says. Each final data frame
// belongs to one message, in order, and the message may be told before or after it. Lines wait in
// order until theirs is known; release() gives them out, "(compressed)" where it did not come in
// time. It pairs only while it has seen the connection from its opening: a wrong preview is worse
// than none. Memory is bounded: pairing stops where frames and messages get too far apart. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "base/event_sink.h"

namespace wscope::output {

class MessagePairing {
 public:
  /// A connection opened while frames are told.
  void begin();
  /// Frames or messages were missed.
  void stop();

  /// A line behind those that wait. `tail` is what comes behind its preview, with '\n'.
  void add_line(std::string line);
  /// The line of a frame. Waits when `wants_preview`; `final`: it is the last of its message.
  void add_frame(Direction direction, std::string line, std::string tail, bool final,
                 bool wants_preview);
  void add_message(const Message& message);

  std::size_t waiting() const { return lines_.size(); }
  /// Lines that wait for nothing any more, in order.
  std::string take();
  /// All lines.
  std::string release();

 private:
  struct Line {
    std::string text;
    std::string tail;
    bool waits = false;
  };
  struct Side {
    std::deque<std::size_t> frames;    // numbers of lines whose message is to come; kNone: no wish
    std::deque<std::string> previews;  // of messages whose frame is to come
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kFarthest = 4096;

  void complete(std::size_t number, std::string_view preview);
  Side& side(Direction direction) { return sides_[direction == Direction::kSent ? 0 : 1]; }

  bool pairing_ = false;
  std::deque<Line> lines_;
  std::size_t first_number_ = 0;  // of lines_.front()
  Side sides_[2];
};

}  // namespace wscope::output
