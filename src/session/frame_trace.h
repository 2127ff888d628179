// FrameTrace: the wire bytes of a connection, told to the sink as frames (ws/frame_tap.h).
//
// Costs nothing while no sink asks for frames. Loop thread only.
#pragma once

#include <memory>
#include <string_view>

#include "base/event_sink.h"
#include "ws/frame_tap.h"

namespace wscope::session {

class FrameTrace {
 public:
  explicit FrameTrace(EventSink& sink) : sink_(sink) {}

  /// A new connection begins: both directions stand at a frame's start.
  void reset();
  void feed(Direction direction, std::string_view bytes);
  /// The connection has ended: a frame that it cut is told with what came of it.
  void end();

 private:
  ws::FrameTap make_tap(Direction direction);

  EventSink& sink_;
  std::unique_ptr<ws::FrameTap> sent_;
  std::unique_ptr<ws::FrameTap> received_;
};

}  // namespace wscope::session
