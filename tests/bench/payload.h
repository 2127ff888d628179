// The messages every bench tool agrees on, without telling each other: same size, same bytes.
//
// Message i of a run with messages of `size` bytes is period(size)[i % period_length]: valid UTF-8
// without line ends, about 30 % of its bytes outside ASCII (two-, three- and four-byte sequences),
// exactly `size` bytes long. Servers send it, clients print it, checkers compare it by position.
// Frames: RFC 6455 5.2; compressed payloads: RFC 7692 7.2.1 with context takeover.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

std::string make_text(std::size_t size, std::uint64_t seed);
std::vector<std::string> make_period(std::size_t size);

/// The header of an unmasked frame that is its own message.
void append_header(std::string& out, std::uint8_t first_byte, std::uint64_t length);

constexpr std::uint8_t kTextFrame = 0x81;
constexpr std::uint8_t kDeflatedTextFrame = 0xc1;

/// Compressed payloads of a never-ending stream of one period after the other: the first period
/// has no past, every later one has the same past and so may be repeated for ever.
struct DeflatedPeriods {
  std::vector<std::string> first;
  std::vector<std::string> later;
};
DeflatedPeriods deflate_periods(const std::vector<std::string>& messages, int level);

}  // namespace bench
