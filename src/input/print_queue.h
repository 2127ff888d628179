// PrintQueue: lines to print above the prompt → pieces, paced for a screen.
//
// Redrawing the prompt more often than a screen shows it helps nobody, so lines are gathered for
// 16 ms; a piece is about 16 KiB of whole lines, so that a key never waits long for a flood. Pure,
// with the time as an argument; the owner locks.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace wscope::input {

class PrintQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kTick{16};
  static constexpr std::size_t kPiece = std::size_t{16} << 10;
  static constexpr std::size_t kMost = std::size_t{256} << 10;

  void add(std::string_view lines) { lines_.append(lines); }
  std::size_t size() const { return lines_.size() - taken_; }
  bool empty() const { return taken_ == lines_.size(); }
  /// So much that no more should come before the screen has taken some of it.
  bool full() const { return lines_.size() - taken_ > kMost; }
  bool due(Time now) const { return !empty() && now - last_ >= kTick; }
  /// Milliseconds until due, rounded up.
  int wait_ms(Time now) const;

  /// The next piece, printed at `now`. After the last one, a tick passes before the next is due.
  std::string take_piece(Time now);

 private:
  std::string lines_;
  std::size_t taken_ = 0;  // bytes at the front of lines_ that were given
  Time last_{};
};

}  // namespace wscope::input
