#include "sink_messages.h"

#include <algorithm>
#include <cstring>

#include "arguments.h"
#include "payload.h"

namespace bench {
namespace {

constexpr std::size_t kPieceOfOne = std::size_t{64} << 10;  // as in flow.cpp

// `key` begins with the byte that masks data[0].
bool masked_equals(const char* masked, const char* expected, std::size_t size,
                   const unsigned char* key) {
  unsigned char wide[8];
  for (int i = 0; i < 8; ++i) wide[i] = key[i & 3];
  std::uint64_t key64 = 0;
  std::memcpy(&key64, wide, 8);
  std::uint64_t difference = 0;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, masked + i, 8);
    std::memcpy(&b, expected + i, 8);
    difference |= (a ^ b) ^ key64;
  }
  for (; i < size; ++i) {
    difference |= static_cast<unsigned char>(masked[i] ^ expected[i]) ^ std::uint64_t{key[i & 3]};
  }
  return difference == 0;
}

}  // namespace

SinkMessages::SinkMessages(std::size_t size, bool one, bool line_end)
    : size_(size), expected_(make_period(one ? kPieceOfOne : size)), one_(one) {
  if (one) last_piece_ = make_text(size % kPieceOfOne, 0);
  if (line_end) {
    ++size_;
    for (std::string& message : expected_) message += '\n';
  }
  if (inflateInit2(&inflater_, -15) != Z_OK) fail("inflateInit2");
}

SinkMessages::~SinkMessages() { inflateEnd(&inflater_); }

std::size_t SinkMessages::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (!closed_) {
    const std::string_view rest = bytes.substr(used);
    const std::size_t step = in_payload_ ? feed_payload(rest) : feed_header(rest);
    used += step;
    if (step == 0) break;
  }
  return used;
}

std::size_t SinkMessages::feed_header(std::string_view bytes) {
  if (bytes.size() < 6) return 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const unsigned opcode = data[0] & 0x0fU;
  std::size_t length = data[1] & 0x7fU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  const std::size_t header = 2 + extended + 4;
  if (bytes.size() < header) return 0;
  if (extended != 0) {
    length = 0;
    for (std::size_t i = 0; i < extended; ++i) length = length << 8U | data[2 + i];
  }
  const unsigned char* key = data + 2 + extended;
  if (opcode >= 8) {  // whole: control frames are short
    if (bytes.size() < header + length) return 0;
    if (opcode == 8) closed_ = true;
    if (opcode == 9) {
      append_header(pongs_, 0x8a, length);
      for (std::size_t i = 0; i < length; ++i) {
        pongs_ += static_cast<char>(data[header + i] ^ key[i & 3]);
      }
    }
    return header + length;
  }
  fin_ = (data[0] & 0x80U) != 0;
  if (opcode != 0) {
    compressed_ = (data[0] & 0x40U) != 0;
    offset_ = 0;
    same_ = (data[1] & 0x80U) != 0;  // unmasked: wrong
    gathered_.clear();
  }
  std::memcpy(key_, key, 4);
  phase_ = 0;
  left_ = length;
  in_payload_ = true;
  if (length == 0) end_frame();
  return header;
}

std::size_t SinkMessages::feed_payload(std::string_view bytes) {
  const std::size_t size = std::min<std::uint64_t>(bytes.size(), left_);
  if (compressed_) {
    for (std::size_t i = 0; i < size; ++i) {
      gathered_ += static_cast<char>(bytes[i] ^ key_[(phase_ + i) & 3U]);
    }
    phase_ += static_cast<unsigned>(size);
  } else {
    compare(bytes.data(), size);
  }
  left_ -= size;
  if (left_ == 0) end_frame();
  return size;
}

void SinkMessages::compare(const char* masked, std::size_t size) {
  while (size > 0) {
    std::string_view expected;
    if (!one_) {
      expected = expected_[count_ % expected_.size()];
      expected.remove_prefix(std::min<std::uint64_t>(offset_, expected.size()));
    } else {
      const bool last = offset_ >= size_ / kPieceOfOne * kPieceOfOne;
      expected = last ? std::string_view(last_piece_)
                      : std::string_view(expected_[offset_ / kPieceOfOne % expected_.size()]);
      expected.remove_prefix(std::min<std::uint64_t>(offset_ % kPieceOfOne, expected.size()));
    }
    const std::size_t step = std::min(size, expected.size());
    unsigned char key[4];
    for (unsigned i = 0; i < 4; ++i) key[i] = key_[(phase_ + i) & 3U];
    if (step == 0 || !masked_equals(masked, expected.data(), step, key)) same_ = false;
    if (step == 0) break;
    offset_ += step;
    phase_ += static_cast<unsigned>(step);
    masked += step;
    size -= step;
  }
}

void SinkMessages::end_frame() {
  in_payload_ = false;
  if (!fin_) return;
  const bool right = compressed_ ? inflate_matches() && same_ : same_ && offset_ == size_;
  if (!right) ++wrong_;
  ++count_;
}

bool SinkMessages::inflate_matches() {
  gathered_.append("\x00\x00\xff\xff", 4);
  std::string message(size_ + 16, '\0');
  inflater_.next_in = reinterpret_cast<Bytef*>(gathered_.data());
  inflater_.avail_in = static_cast<uInt>(gathered_.size());
  inflater_.next_out = reinterpret_cast<Bytef*>(message.data());
  inflater_.avail_out = static_cast<uInt>(message.size());
  if (inflate(&inflater_, Z_SYNC_FLUSH) != Z_OK) return false;
  message.resize(message.size() - inflater_.avail_out);
  return message == expected_[count_ % expected_.size()];
}

}  // namespace bench
