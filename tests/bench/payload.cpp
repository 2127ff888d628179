#include "payload.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "arguments.h"

namespace bench {
namespace {

constexpr std::array<std::string_view, 16> kPlainWords = {
    "price", "market", "bid", "ask", "1187.25", "volume", "order", "trade",
    "open",  "close",  "id",  "the", "sensor",  "42",     "level", "status"};
constexpr std::array<std::string_view, 12> kForeignWords = {
    "цена", "größe", "naïve", "東京", "€", "Ω", "рынок", "été", "価格", "🚀", "señal", "łódź"};

// splitmix64: the same numbers on every machine and library.
struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
};

}  // namespace

std::string make_text(std::size_t size, std::uint64_t seed) {
  Random random{seed * 0x2545f4914f6cdd1dU + size};
  std::string text;
  text.reserve(size + 16);
  while (text.size() < size) {
    const std::uint64_t dice = random.next();
    const bool foreign = dice % 100 < 38;
    const std::string_view word = foreign ? kForeignWords[(dice >> 8U) % kForeignWords.size()]
                                          : kPlainWords[(dice >> 8U) % kPlainWords.size()];
    if (text.size() + word.size() > size) {
      text.append(size - text.size(), '.');  // no room for a whole sequence
      break;
    }
    text += word;
    if (text.size() < size) text += ' ';
  }
  return text;
}

std::vector<std::string> make_period(std::size_t size) {
  const std::size_t count =
      std::clamp<std::size_t>((std::size_t{256} << 10) / std::max<std::size_t>(size, 1), 16, 4096);
  std::vector<std::string> messages;
  messages.reserve(count);
  for (std::size_t i = 0; i < count; ++i) messages.push_back(make_text(size, i));
  return messages;
}

void append_header(std::string& out, std::uint8_t first_byte, std::uint64_t length) {
  out += static_cast<char>(first_byte);
  int extended = 0;
  if (length < 126) {
    out += static_cast<char>(length);
  } else if (length < 65536) {
    out += static_cast<char>(126);
    extended = 2;
  } else {
    out += static_cast<char>(127);
    extended = 8;
  }
  for (int i = extended - 1; i >= 0; --i) {
    out += static_cast<char>((length >> static_cast<unsigned>(8 * i)) & 0xffU);
  }
}

// A later period refers back at most 32 KiB, which every period fills, and begins on a byte: so its
// compressed form stays right behind any other copy of itself.
DeflatedPeriods deflate_periods(const std::vector<std::string>& messages, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    fail("deflateInit2");
  }
  const auto period = [&] {
    std::vector<std::string> payloads;
    std::string buffer;
    for (const std::string& message : messages) {
      buffer.resize(deflateBound(&stream, static_cast<uLong>(message.size())) + 64);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
      stream.avail_in = static_cast<uInt>(message.size());
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = static_cast<uInt>(buffer.size());
      if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_in != 0) fail("deflate");
      payloads.emplace_back(buffer.data(), buffer.size() - stream.avail_out - 4);
    }
    return payloads;
  };
  DeflatedPeriods result;
  result.first = period();
  result.later = period();
  deflateEnd(&stream);
  return result;
}

}  // namespace bench
