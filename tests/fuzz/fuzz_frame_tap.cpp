// The frame tap: any bytes in any split give the frames that a plain reading of RFC 6455 5.2 over
// all of them gives.
//
// Input: one byte for the preview, one for the size of the pieces, then the bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "ws/frame_tap.h"

using namespace wscope::ws;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Seen {
  FrameInfo info;
  std::string payload;
};

/// The straightforward reading, byte by byte, of everything at once.
std::vector<Seen> expected(std::string_view bytes, std::size_t preview, bool& inside) {
  std::vector<Seen> frames;
  const auto at = [&bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  std::size_t i = 0;
  inside = false;
  while (i < bytes.size()) {
    inside = true;
    if (bytes.size() - i < 2) return frames;
    Seen frame;
    frame.info.fin = (at(i) & 0x80) != 0;
    frame.info.rsv1 = (at(i) & 0x40) != 0;
    frame.info.rsv2 = (at(i) & 0x20) != 0;
    frame.info.rsv3 = (at(i) & 0x10) != 0;
    frame.info.opcode = at(i) & 0x0f;
    const bool has_mask = (at(i + 1) & 0x80) != 0;
    std::uint64_t length = at(i + 1) & 0x7f;
    const std::size_t extended = length == 127 ? 8 : length == 126 ? 2 : 0;
    i += 2;
    if (bytes.size() - i < extended + (has_mask ? 4 : 0)) return frames;
    if (extended != 0) length = 0;
    for (std::size_t end = i + extended; i < end; ++i) length = length << 8 | at(i);
    std::uint8_t key[4] = {};
    if (has_mask) {
      for (std::uint8_t& part : key) part = at(i++);
      frame.info.mask = static_cast<std::uint32_t>(key[0]) << 24 |
                        static_cast<std::uint32_t>(key[1]) << 16 |
                        static_cast<std::uint32_t>(key[2]) << 8 | key[3];
    }
    if (bytes.size() - i < length) return frames;
    frame.info.length = length;
    const std::size_t kept = frame.info.opcode == 8 ? std::max<std::size_t>(preview, 125) : preview;
    for (std::size_t k = 0; k < std::min<std::uint64_t>(length, kept); ++k) {
      frame.payload += static_cast<char>(at(i + k) ^ key[k % 4]);
    }
    i += static_cast<std::size_t>(length);
    frames.push_back(std::move(frame));
    inside = false;
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t preview = data[0] == 0xff ? FrameTap::kAll : data[0];
  const std::size_t piece = data[1] + std::size_t{1};
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  bool inside = false;
  const std::vector<Seen> frames = expected(bytes, preview, inside);
  std::size_t seen = 0;
  FrameTap tap(preview, [&](const FrameInfo& frame) {
    require(seen < frames.size());
    const Seen& wanted = frames[seen++];
    require(frame.fin == wanted.info.fin && frame.rsv1 == wanted.info.rsv1);
    require(frame.rsv2 == wanted.info.rsv2 && frame.rsv3 == wanted.info.rsv3);
    require(frame.opcode == wanted.info.opcode && frame.mask == wanted.info.mask);
    require(frame.length == wanted.info.length && frame.payload == wanted.payload);
  });
  for (std::size_t i = 0; i < bytes.size(); i += piece) tap.feed(bytes.substr(i, piece));
  require(seen == frames.size());
  require(tap.inside_frame() == inside);
  return 0;
}
