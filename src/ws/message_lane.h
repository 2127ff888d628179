// MessageLane: the short way for messages that are whole in one frame, as nearly all are.
//
// From the receive buffer to the listener without a copy or a state machine: header read, server
// role unmasked in place, text checked while it arrives, compressed messages inflated. take() eats
// as many of them as have come; of one that is too large to be told whole, what has come. What is
// anything else, or whose header is wrong, it leaves at the buffer's front for websocketpp to
// judge. Bad content is told in Wire::violation. Owned by the engine, loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_buffer.h"
#include "ws/engine.h"
#include "ws/engine_wire.h"

namespace wscope::ws {

class MessageLane {
 public:
  enum class Outcome {
    kMore,    // the frame at the front has not come whole
    kOther,   // the frame at the front is not for this lane
    kFailed,  // Wire::violation says why
  };

  MessageLane(Wire& wire, EngineListener& listener, EngineCounters& counters)
      : wire_(wire), listener_(listener), counters_(counters) {}

  /// `in` begins with a frame, and no fragmented message is going on.
  Outcome take(ByteBuffer& in);
  /// A frame that is told in pieces goes on.
  bool inside_large() const { return large_left_ > 0; }
  /// Bytes that the frame at the front of `in` still lacks, as far as known.
  std::size_t lacking(const ByteBuffer& in) const {
    return partial_ > in.size() ? partial_ - in.size() : 0;
  }

 private:
  bool mine(std::uint8_t first, std::uint8_t second) const;
  void begin_pieces(const FrameHeader& header, ByteBuffer& in);
  bool take_piece(ByteBuffer& in);
  bool take_whole(const FrameHeader& header, char* payload);
  bool take_compressed(const FrameHeader& header, char* payload);
  bool check(const FrameHeader& header, char* fresh, std::size_t size);
  bool take_part(const FrameHeader& header, char* payload, std::size_t come);
  bool end_parts(const FrameHeader& header);
  void deliver(const FrameHeader& header, std::string_view data);

  Wire& wire_;
  EngineListener& listener_;
  EngineCounters& counters_;
  std::size_t partial_ = 0;  // size of the frame that has come in part; 0: none
  // A frame that is told in pieces; its header has left the buffer.
  FrameHeader large_;
  std::uint64_t large_left_ = 0;  // payload bytes that were not told yet
  std::size_t checked_ = 0;       // payload bytes of either that were unmasked and checked
};

}  // namespace wscope::ws
