// Flow: all the bytes of one run as head, body (repeated up to body_bytes) and tail.
//
// What a source writes, what a checker expects: both make the same flow from message size and
// count, so a gigabyte is described by a few hundred kilobytes. Pure values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

struct Flow {
  std::string head;
  std::string body;
  std::uint64_t body_bytes = 0;
  std::string tail;

  std::uint64_t total() const { return head.size() + body_bytes + tail.size(); }
  /// The bytes at `offset`, as many as lie in one piece; empty at the end.
  std::string_view piece(std::uint64_t offset) const;
};

/// `count` messages, each followed by `separator`.
Flow line_flow(std::size_t size, std::uint64_t count, std::string_view separator);
/// `count` text frames, then Close 1000.
Flow frame_flow(std::size_t size, std::uint64_t count);
/// The same, compressed (one sliding window over all messages).
Flow deflated_flow(std::size_t size, std::uint64_t count, int level);
/// One message of `size` bytes: in one frame with a Close behind it, or followed by `separator`.
Flow one_frame_flow(std::uint64_t size);
Flow one_line_flow(std::uint64_t size, std::string_view separator);

/// Compares a stream with a flow; remembers the first byte that differs.
class FlowChecker {
 public:
  explicit FlowChecker(Flow flow) : flow_(std::move(flow)) {}
  void feed(std::string_view bytes);
  std::uint64_t bytes() const { return bytes_; }
  bool same() const { return same_; }
  bool whole() const { return same_ && bytes_ == flow_.total(); }
  std::uint64_t first_difference() const { return first_difference_; }

 private:
  Flow flow_;
  std::uint64_t bytes_ = 0;
  bool same_ = true;
  std::uint64_t first_difference_ = 0;
};

}  // namespace bench
