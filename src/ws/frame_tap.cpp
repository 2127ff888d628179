#include "ws/frame_tap.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ws/frame_header.h"
#include "ws/masking.h"

namespace wscope::ws {
namespace {

constexpr std::size_t kKeptCapacity = std::size_t{1} << 20;

/// How long the header is, as far as its first bytes tell.
std::size_t wanted_size(const char* header, std::size_t length) {
  return length < 2 ? 2 : header_size(byte_at(header, 1));
}

}  // namespace

FrameTap::FrameTap(std::size_t preview, Handler handler)
    : preview_(preview), handler_(std::move(handler)) {}

void FrameTap::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(in_payload_ ? take_payload(bytes) : take_header(bytes));
  }
}

void FrameTap::end() {
  if (in_payload_) {
    frame_.missing = payload_left_;
    end_frame(payload_);
    frame_.missing = 0;
  }
  header_length_ = 0;
}

bool FrameTap::inside_frame() const { return in_payload_ || header_length_ != 0; }

std::size_t FrameTap::take_header(std::string_view bytes) {
  const std::size_t wanted = wanted_size(header_.data(), header_length_);
  const std::size_t taken = std::min(wanted - header_length_, bytes.size());
  std::memcpy(header_.data() + header_length_, bytes.data(), taken);
  header_length_ += taken;
  const bool whole =
      header_length_ >= 2 && header_length_ == wanted_size(header_.data(), header_length_);
  if (whole) end_header();
  return taken;
}

void FrameTap::end_header() {
  const FrameHeader header = read_frame_header(header_.data());
  header_length_ = 0;
  frame_.fin = header.fin();
  frame_.rsv1 = (header.first & kRsv1) != 0;
  frame_.rsv2 = (header.first & kRsv2) != 0;
  frame_.rsv3 = (header.first & kRsv3) != 0;
  frame_.opcode = header.opcode();
  frame_.length = header.length;
  frame_.mask.reset();
  if ((header.second & kMaskBit) != 0) {
    frame_.mask = static_cast<std::uint32_t>(big_endian(header_.data() + header.size - 4, 4));
  }
  mask_ = header.mask;
  const bool is_close = frame_.opcode == kOpClose;
  keep_ = std::min<std::uint64_t>(frame_.length,
                                  is_close ? std::max(preview_, kMaxControlPayload) : preview_);
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
    if (frame_.mask) mask_in_place(payload_.data() + begin, part, mask_, begin % 4);
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

}  // namespace wscope::ws
