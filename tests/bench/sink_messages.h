// SinkMessages: a client's frames (masked, RFC 6455 5.3) → count of messages and of wrong ones.
//
// feed() takes what was read and tells how much of it is done with; the caller keeps the rest (a
// header in the making, less than 14 bytes, or less than a control frame) in front of what it reads
// next. Payload is compared while it is unmasked, in one pass and without a copy; only compressed
// messages are gathered. A broken frame counts as wrong. Single thread.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class SinkMessages {
 public:
  /// Every message is `size` bytes long; with `one` it is the single message of one_frame_flow;
  /// with `line_end` each has a "\n" behind it.
  SinkMessages(std::size_t size, bool one, bool line_end);
  ~SinkMessages();
  SinkMessages(const SinkMessages&) = delete;
  SinkMessages& operator=(const SinkMessages&) = delete;

  std::size_t feed(std::string_view bytes);
  std::uint64_t count() const { return count_; }
  std::uint64_t wrong() const { return wrong_; }
  bool closed() const { return closed_; }
  /// Frames that answer the pings which came.
  std::string take_pongs() { return std::move(pongs_); }

 private:
  std::size_t feed_header(std::string_view bytes);
  std::size_t feed_payload(std::string_view bytes);
  void compare(const char* masked, std::size_t size);
  void end_frame();
  bool inflate_matches();

  std::size_t size_;
  std::vector<std::string> expected_;  // a period; with `one`: the pieces of the message
  std::string last_piece_;
  bool one_;
  std::uint64_t count_ = 0;
  std::uint64_t wrong_ = 0;
  bool closed_ = false;
  std::string pongs_;
  // the frame and the message in hand
  bool in_payload_ = false;
  bool fin_ = false;
  bool compressed_ = false;
  std::uint64_t left_ = 0;
  unsigned char key_[4] = {};
  unsigned phase_ = 0;
  std::uint64_t offset_ = 0;  // within the message
  bool same_ = true;
  std::string gathered_;
  z_stream inflater_{};
};

}  // namespace bench
