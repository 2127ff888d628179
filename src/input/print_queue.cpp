#include "input/print_queue.h"

#include <algorithm>

namespace wscope::input {
namespace {

/// Whole lines, about a piece; all where there is no line end.
std::string_view first_piece(std::string_view lines) {
  if (lines.size() <= PrintQueue::kPiece) return lines;
  std::size_t end = lines.rfind('\n', PrintQueue::kPiece - 1);
  if (end == std::string_view::npos) end = lines.find('\n');
  return lines.substr(0, end == std::string_view::npos ? end : end + 1);
}

}  // namespace

int PrintQueue::wait_ms(Time now) const {
  // Before anything was printed last_ is the clock's beginning, weeks ago: more than an int has.
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(last_ + kTick - now);
  return static_cast<int>(std::clamp(wait, std::chrono::milliseconds(0), kTick).count());
}

std::string PrintQueue::take_piece(Time now) {
  std::string piece(first_piece(std::string_view(lines_).substr(taken_)));
  taken_ += piece.size();
  if (empty()) last_ = now;
  if (empty() || taken_ > kMost) {
    lines_.erase(0, taken_);
    taken_ = 0;
  }
  return piece;
}

}  // namespace wscope::input
