#include "session/frame_trace.h"

namespace wscope::session {

void FrameTrace::reset() {
  sent_.reset();
  received_.reset();
}

void FrameTrace::feed(Direction direction, std::string_view bytes) {
  auto& tap = direction == Direction::kSent ? sent_ : received_;
  if (!tap) tap = std::make_unique<ws::FrameTap>(make_tap(direction));
  // /trace on and off: the taps go along all the time, but keep only what somebody wants to see.
  tap->set_preview(sink_.frame_preview());
  tap->feed(bytes);
}

void FrameTrace::end() {
  if (sent_) sent_->end();
  if (received_) received_->end();
}

ws::FrameTap FrameTrace::make_tap(Direction direction) {
  return ws::FrameTap(sink_.frame_preview(), [this, direction](const ws::FrameInfo& info) {
    if (sink_.frame_preview() == 0) return;
    Frame frame;
    frame.direction = direction;
    frame.fin = info.fin;
    frame.rsv1 = info.rsv1;
    frame.rsv2 = info.rsv2;
    frame.rsv3 = info.rsv3;
    frame.opcode = info.opcode;
    frame.mask = info.mask;
    frame.length = info.length;
    frame.missing = info.missing;
    frame.payload = info.payload;
    sink_.on_frame(frame);
  });
}

}  // namespace wscope::session
