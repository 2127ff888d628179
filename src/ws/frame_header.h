// FrameHeader: the first 2 to 14 bytes of a frame, read and written (RFC 6455 5.2).
//
// Pure, for both roles; it judges nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wscope::ws {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kRsv1 = 0x40;
constexpr std::uint8_t kRsv2 = 0x20;
constexpr std::uint8_t kRsv3 = 0x10;
constexpr std::uint8_t kMaskBit = 0x80;

constexpr std::uint8_t kOpContinuation = 0x0;
constexpr std::uint8_t kOpText = 0x1;
constexpr std::uint8_t kOpBinary = 0x2;
constexpr std::uint8_t kOpClose = 0x8;
constexpr std::uint8_t kOpPing = 0x9;
constexpr std::uint8_t kOpPong = 0xa;

constexpr std::size_t kMaxHeader = 14;
constexpr std::size_t kMaxControlPayload = 125;

/// How many bytes a header has, told by its second byte.
constexpr std::size_t header_size(std::uint8_t second) {
  const std::size_t length = second & 0x7f;
  const std::size_t extended = length == 127 ? 8 : length == 126 ? 2 : 0;
  return 2 + extended + ((second & kMaskBit) != 0 ? 4 : 0);
}

inline std::uint8_t byte_at(const char* at, std::size_t index) {
  return static_cast<std::uint8_t>(at[index]);
}

inline std::uint64_t big_endian(const char* at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte_at(at, i);
  return value;
}

struct FrameHeader {
  std::uint8_t first = 0;    // FIN, RSV, opcode
  std::uint8_t second = 0;   // MASK, length
  std::size_t size = 0;      // bytes of the header
  std::uint64_t length = 0;  // bytes of the payload
  std::uint32_t mask = 0;    // as memcpy gives it; 0 when not masked
  bool shortest = true;      // the length is encoded in as few bytes as can be

  std::uint8_t opcode() const { return first & 0x0f; }
  bool fin() const { return (first & kFin) != 0; }
};

/// `at` holds the whole header.
inline FrameHeader read_frame_header(const char* at) {
  FrameHeader header;
  header.first = byte_at(at, 0);
  header.second = byte_at(at, 1);
  header.size = header_size(header.second);
  header.length = header.second & 0x7f;
  if (header.length == 126) {
    header.length = big_endian(at + 2, 2);
    header.shortest = header.length > 125;
  } else if (header.length == 127) {
    header.length = big_endian(at + 2, 8);
    header.shortest = header.length > 0xffff;
  }
  if ((header.second & kMaskBit) != 0) std::memcpy(&header.mask, at + header.size - 4, 4);
  return header;
}

/// Writes the header without the mask and returns its size; `to` has room for kMaxHeader.
inline std::size_t write_frame_header(char* to, std::uint8_t first, std::size_t length,
                                      bool masked) {
  const std::uint8_t mask_bit = masked ? kMaskBit : 0;
  to[0] = static_cast<char>(first);
  if (length < 126) {
    to[1] = static_cast<char>(mask_bit | length);
    return 2;
  }
  const std::size_t extended = length <= 0xffff ? 2 : 8;
  to[1] = static_cast<char>(mask_bit | (extended == 2 ? 126 : 127));
  for (std::size_t i = 0; i < extended; ++i) {
    to[2 + i] = static_cast<char>(static_cast<std::uint64_t>(length) >> (8 * (extended - 1 - i)));
  }
  return 2 + extended;
}

}  // namespace wscope::ws
