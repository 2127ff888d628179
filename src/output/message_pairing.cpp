#include "output/message_pairing.h"

#include <string_view>
#include <utility>

#include "output/frame_words.h"

namespace wscope::output {
namespace {

std::string preview_of(const Message& message) {
  return message.type == MessageType::kText ? text_preview(message.data, message.data.size())
                                            : hex_preview(message.data, message.data.size());
}

}  // namespace

void MessagePairing::begin() {
  stop();
  pairing_ = true;
}

void MessagePairing::stop() {
  pairing_ = false;
  for (Side& side : sides_) side = {};
}

void MessagePairing::add_line(std::string line) { lines_.push_back({std::move(line), {}, false}); }

void MessagePairing::add_frame(Direction direction, std::string line, std::string tail, bool final,
                               bool wants_preview) {
  const std::size_t number = first_number_ + lines_.size();
  lines_.push_back({std::move(line), std::move(tail), wants_preview});
  if (!pairing_ || !final) {
    if (wants_preview) complete(number, "(compressed)");
    return;
  }
  Side& one = side(direction);
  if (!one.previews.empty()) {
    if (wants_preview) complete(number, one.previews.front());
    one.previews.pop_front();
    return;
  }
  one.frames.push_back(wants_preview ? number : kNone);
  if (one.frames.size() > kFarthest) stop();
}

void MessagePairing::add_message(const Message& message) {
  if (!pairing_) return;
  Side& one = side(message.direction);
  if (one.frames.empty()) {
    one.previews.push_back(preview_of(message));
    if (one.previews.size() > kFarthest) stop();
    return;
  }
  const std::size_t number = one.frames.front();
  one.frames.pop_front();
  if (number != kNone && number >= first_number_) complete(number, preview_of(message));
}

void MessagePairing::complete(std::size_t number, std::string_view preview) {
  Line& line = lines_[number - first_number_];
  line.text.append(" ").append(preview);
  line.waits = false;
}

std::string MessagePairing::take() {
  std::string text;
  while (!lines_.empty() && !lines_.front().waits) {
    text.append(lines_.front().text).append(lines_.front().tail);
    lines_.pop_front();
    ++first_number_;
  }
  return text;
}

std::string MessagePairing::release() {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].waits) complete(first_number_ + i, "(compressed)");
  }
  return take();
}

}  // namespace wscope::output
