// FrameTap: reads along the bytes of one direction and tells the frames on the wire (RFC 6455 5.2).
//
// feed() takes bytes in any split and calls the handler once per frame when it is whole: header
// bits, mask, length, and the first `preview` bytes of the unmasked payload; a CLOSE whole (at most
// 125 bytes). end() tells the one that the end of the bytes has cut. It never judges and never
// fails: what no frame can be is told as it is. One tap per direction; used only while someone
// wants to see frames.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wscope::ws {

struct FrameInfo {
  bool fin = false;
  bool rsv1 = false;
  bool rsv2 = false;
  bool rsv3 = false;
  std::uint8_t opcode = 0;
  std::optional<std::uint32_t> mask;  // as in the frame, first byte in the highest bits
  std::uint64_t length = 0;           // payload bytes
  std::uint64_t missing = 0;          // payload bytes that did not come
  std::string_view payload;           // unmasked; at most `preview` bytes of it
};

class FrameTap {
 public:
  using Handler = std::function<void(const FrameInfo&)>;
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  /// `preview`: how many payload bytes to keep per frame; kAll for every byte.
  FrameTap(std::size_t preview, Handler handler);
  void feed(std::string_view bytes);
  /// No more will come; a header that is not whole tells nothing.
  void end();
  /// From the next frame on.
  void set_preview(std::size_t preview) { preview_ = preview; }
  /// Bytes of a frame that has begun and is not whole.
  bool inside_frame() const;

 private:
  std::size_t take_header(std::string_view bytes);
  std::size_t take_payload(std::string_view bytes);
  void end_header();
  void end_frame(std::string_view payload);

  std::size_t preview_;
  Handler handler_;
  std::array<char, 14> header_{};  // RFC 6455 5.2: the longest header
  std::size_t header_length_ = 0;
  FrameInfo frame_;
  std::uint32_t mask_ = 0;          // as memcpy gives it
  std::string payload_;             // the part kept so far, unmasked
  std::uint64_t keep_ = 0;          // how much of this frame's payload is kept
  std::uint64_t payload_left_ = 0;  // how much is still to come
  bool in_payload_ = false;
};

}  // namespace wscope::ws
