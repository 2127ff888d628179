#include "ws/frame_tap.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wscope::ws {
namespace {

constexpr std::uint8_t kClose = 0x8;
constexpr std::size_t kLongestClose = 125;
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20;

std::uint8_t octet(const char* bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

/// RFC 6455 5.2: how long the header is, as far as its first two bytes tell.
std::size_t header_size(const char* header) {
  const std::uint8_t length = octet(header, 1) & 0x7fU;
  const std::size_t extended = length == 127 ? 8 : length == 126 ? 2 : 0;
  return 2 + extended + ((octet(header, 1) & 0x80U) != 0 ? 4 : 0);
}

/// RFC 6455 5.3: `offset` is the place of bytes[0] in the payload.
void unmask(char* bytes, std::size_t size, std::uint32_t mask, std::uint64_t offset) {
  std::uint8_t key[8];
  for (std::size_t i = 0; i < sizeof key; ++i) {
    key[i] = static_cast<std::uint8_t>(mask >> (24U - 8U * ((offset + i) & 3U)));
  }
  std::uint64_t word_key = 0;
  std::memcpy(&word_key, key, sizeof word_key);
  std::size_t i = 0;
  for (; i + sizeof word_key <= size; i += sizeof word_key) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, sizeof word);
    word ^= word_key;
    std::memcpy(bytes + i, &word, sizeof word);
  }
  for (; i < size; ++i) bytes[i] = static_cast<char>(octet(bytes, i) ^ key[i & 7U]);
}

}  // namespace

FrameTap::FrameTap(std::size_t preview, Handler handler)
    : preview_(preview), handler_(std::move(handler)) {}

void FrameTap::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(in_payload_ ? take_payload(bytes) : take_header(bytes));
  }
}

bool FrameTap::inside_frame() const { return in_payload_ || header_length_ != 0; }

std::size_t FrameTap::take_header(std::string_view bytes) {
  const std::size_t wanted = header_length_ < 2 ? 2 : header_size(header_.data());
  const std::size_t taken = std::min(wanted - header_length_, bytes.size());
  std::memcpy(header_.data() + header_length_, bytes.data(), taken);
  header_length_ += taken;
  if (header_length_ >= 2 && header_length_ == header_size(header_.data())) end_header();
  return taken;
}

void FrameTap::end_header() {
  const char* const header = header_.data();
  const std::uint8_t first = octet(header, 0);
  frame_.fin = (first & 0x80U) != 0;
  frame_.rsv1 = (first & 0x40U) != 0;
  frame_.rsv2 = (first & 0x20U) != 0;
  frame_.rsv3 = (first & 0x10U) != 0;
  frame_.opcode = first & 0x0fU;
  frame_.length = octet(header, 1) & 0x7fU;
  std::size_t at = 2;
  if (frame_.length >= 126) {
    const std::size_t extended = frame_.length == 126 ? 2 : 8;
    frame_.length = 0;
    for (; at < 2 + extended; ++at) frame_.length = (frame_.length << 8U) | octet(header, at);
  }
  frame_.mask.reset();
  if ((octet(header, 1) & 0x80U) != 0) {
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < 4; ++i) mask = (mask << 8U) | octet(header, at + i);
    frame_.mask = mask;
  }
  header_length_ = 0;
  const std::size_t preview =
      frame_.opcode == kClose ? std::max(preview_, kLongestClose) : preview_;
  keep_ = std::min<std::uint64_t>(frame_.length, preview);
  payload_left_ = frame_.length;
  in_payload_ = true;
  if (payload_left_ == 0) end_frame({});
}

std::size_t FrameTap::take_payload(std::string_view bytes) {
  const std::size_t taken =
      static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
  const std::uint64_t offset = frame_.length - payload_left_;
  payload_left_ -= taken;
  // Most frames come unmasked and in one piece: what is kept of them needs no copy.
  if (offset == 0 && payload_left_ == 0 && !frame_.mask) {
    end_frame(bytes.substr(0, static_cast<std::size_t>(keep_)));
    return taken;
  }
  // What a header announces is never reserved: memory grows only with bytes that came.
  if (payload_.size() < keep_) {
    const std::size_t begin = payload_.size();
    const auto part =
        static_cast<std::size_t>(std::min<std::uint64_t>(keep_ - begin, std::uint64_t{taken}));
    payload_.append(bytes.data(), part);
    if (frame_.mask) unmask(payload_.data() + begin, part, *frame_.mask, offset);
  }
  if (payload_left_ == 0) end_frame(payload_);
  return taken;
}

void FrameTap::end_frame(std::string_view payload) {
  in_payload_ = false;
  frame_.payload = payload;
  handler_(frame_);
  frame_.payload = {};
  payload_.clear();
  // One huge frame must not hold its memory for the rest of the session.
  if (payload_.capacity() > kKeptCapacity) payload_.shrink_to_fit();
}

std::string opcode_name(std::uint8_t opcode) {
  switch (opcode) {
    case 0x0:
      return "CONT";
    case 0x1:
      return "TEXT";
    case 0x2:
      return "BINARY";
    case kClose:
      return "CLOSE";
    case 0x9:
      return "PING";
    case 0xa:
      return "PONG";
    default:
      return std::string("0x") + "0123456789abcdef"[opcode & 0x0fU];
  }
}

}  // namespace wscope::ws
