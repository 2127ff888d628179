#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ws/deflate_codec.h"

using namespace wscope;
using namespace wscope::ws;
using namespace std::string_literals;
using Outcome = DeflateCodec::Outcome;

namespace {

constexpr std::size_t kNoLimit = std::size_t{1} << 40;

std::string packed(DeflateCodec& codec, std::string_view message) {
  ByteBuffer out;
  REQUIRE(codec.deflate(message, out));
  return std::string(out.view());
}

/// The message, or "too big", "corrupt" or "padded".
std::string unpacked(DeflateCodec& codec, const std::vector<std::string_view>& pieces,
                     std::size_t limit = kNoLimit) {
  ByteBuffer out;
  Outcome outcome = Outcome::kOk;
  for (const std::string_view piece : pieces) {
    if (outcome == Outcome::kOk) outcome = codec.inflate(piece, out, limit);
  }
  if (outcome == Outcome::kOk) outcome = codec.finish_inflate(out, limit);
  if (outcome == Outcome::kTooBig) return "too big";
  if (outcome == Outcome::kCorrupt) return "corrupt";
  if (outcome == Outcome::kPadded) return "padded";
  return std::string(out.view());
}

std::string unpacked(DeflateCodec& codec, std::string_view bytes) {
  return unpacked(codec, std::vector<std::string_view>{bytes});
}

std::string some_text(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) text += std::to_string(random() % 5000) + ' ';
  text.resize(size);
  return text;
}

std::string noise(std::size_t size) {
  std::mt19937 random(3);
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
  return bytes;
}

std::string hex_to_bytes(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 3) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

/// The other side's own window, to see that ours keeps to what was agreed. A byte at a time: zlib
/// takes what it wrote in the same call for part of the window.
bool fits_window(std::string_view bytes, int bits) {
  z_stream stream{};
  inflateInit2(&stream, -bits);
  std::string out(std::size_t{1} << 20, '\0');
  const std::string whole = std::string(bytes) + std::string("\0\0\xff\xff", 4);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(whole.data()));
  stream.avail_in = static_cast<uInt>(whole.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  int result = Z_OK;
  for (std::size_t made = 0; result == Z_OK && made < out.size(); ++made) {
    stream.avail_out = 1;
    result = inflate(&stream, Z_SYNC_FLUSH);
    if (stream.avail_out == 1) break;
  }
  if (result == Z_BUF_ERROR && stream.avail_in == 0) result = Z_OK;
  inflateEnd(&stream);
  return result == Z_OK;
}

}  // namespace

TEST_CASE("a final block costs about what zlib's own beginning anew does") {
  constexpr int kBlocks = 200000;
  std::string blocks;
  for (int i = 0; i < kBlocks; ++i) blocks += "\x03\0"s;
  double codec_time = 1e9;
  double zlib_time = 1e9;
  for (int round = 0; round < 5; ++round) {
    DeflateCodec codec({});
    std::clock_t begin = std::clock();
    CHECK(unpacked(codec, blocks).empty());
    codec_time = std::min(codec_time, static_cast<double>(std::clock() - begin));
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, -15) == Z_OK);
    bool right = true;
    begin = std::clock();
    for (int i = 0; i < kBlocks; ++i) {
      Bytef end[] = {3, 0};
      Bytef room[16];
      stream.next_in = end;
      stream.avail_in = 2;
      stream.next_out = room;
      stream.avail_out = sizeof room;
      right = right && inflate(&stream, Z_SYNC_FLUSH) == Z_STREAM_END;
      right = right && inflateReset(&stream) == Z_OK;
    }
    zlib_time = std::min(zlib_time, static_cast<double>(std::clock() - begin));
    CHECK(right);
    inflateEnd(&stream);
  }
  CHECK(codec_time < 10 * zlib_time);
}

TEST_CASE("RFC 7692 7.2.3: the examples") {
  DeflateCodec codec({});
  SUBCASE("7.2.3.1 a message, then the same with the window shared (7.2.3.2)") {
    CHECK(unpacked(codec, hex_to_bytes("f2 48 cd c9 c9 07 00 ")) == "Hello");
    CHECK(unpacked(codec, hex_to_bytes("f2 00 11 00 00 ")) == "Hello");
  }
  SUBCASE("7.2.3.3 a stored block") {
    CHECK(unpacked(codec, hex_to_bytes("00 05 00 fa ff 48 65 6c 6c 6f 00 ")) == "Hello");
  }
  SUBCASE("7.2.3.4 a block with BFINAL, and the message after it") {
    const std::string final_block = hex_to_bytes("f3 48 cd c9 c9 07 00 00 ");
    CHECK(unpacked(codec, final_block) == "Hello");
    CHECK(unpacked(codec, final_block) == "Hello");
    // The window lives on over the final block.
    CHECK(unpacked(codec, hex_to_bytes("f2 00 11 00 00 ")) == "Hello");
  }
  SUBCASE("BFINAL without the byte behind it") {
    CHECK(unpacked(codec, hex_to_bytes("f3 48 cd c9 c9 07 00 ")) == "Hello");
    CHECK(unpacked(codec, hex_to_bytes("f2 48 cd c9 c9 07 00 ")) == "Hello");
  }
  SUBCASE("7.2.3.5 two blocks in one message") {
    CHECK(unpacked(codec, hex_to_bytes("f2 48 05 00 00 00 ff ff ca c9 c9 07 00 ")) == "Hello");
  }
  SUBCASE("7.2.3.6 an empty message") {
    CHECK(unpacked(codec, hex_to_bytes("00 ")).empty());
    CHECK(unpacked(codec, hex_to_bytes("02 00 ")).empty());
    CHECK(unpacked(codec, "").empty());
    CHECK(unpacked(codec, hex_to_bytes("f2 48 cd c9 c9 07 00 ")) == "Hello");
  }
  SUBCASE("what we write for the first") {
    CHECK(packed(codec, "Hello") == hex_to_bytes("f2 48 cd c9 c9 07 00 "));
    CHECK(packed(codec, "Hello") == hex_to_bytes("f2 00 11 00 00 "));
    CHECK(packed(codec, "") == hex_to_bytes("00 "));
  }
}

TEST_CASE("what goes in comes out, with every window and takeover, in any pieces") {
  for (const int bits : {9, 10, 12, 15}) {
    for (const bool no_takeover : {false, true}) {
      CAPTURE(bits);
      CAPTURE(no_takeover);
      DeflateAgreement agreement;
      agreement.own_window_bits = agreement.peer_window_bits = bits;
      agreement.own_no_context_takeover = agreement.peer_no_context_takeover = no_takeover;
      DeflateCodec sender(agreement);
      DeflateCodec receiver(agreement);
      for (const std::size_t size : {1u, 5u, 300u, 5000u, 70000u, 400000u}) {
        const std::string message = some_text(size, static_cast<unsigned>(size));
        ByteBuffer out;
        const bool smaller = sender.deflate(message, out);
        if (!smaller) {
          CHECK(out.empty());
          CHECK(no_takeover);
          continue;
        }
        const std::string_view bytes = out.view();
        if (size <= 70000 && no_takeover) CHECK(fits_window(bytes, bits));
        const std::size_t third = bytes.size() / 3;
        CHECK(unpacked(receiver, {bytes.substr(0, third), "", bytes.substr(third)}) == message);
      }
    }
  }
}

TEST_CASE("the window is shared between messages unless agreed otherwise") {
  const std::string message = some_text(500, 1);
  DeflateCodec sharing({});
  const std::size_t first = packed(sharing, message).size();
  CHECK(packed(sharing, message).size() < first / 4);
  DeflateAgreement agreement;
  agreement.own_no_context_takeover = true;
  DeflateCodec alone(agreement);
  CHECK(packed(alone, message) == packed(alone, message));
}

TEST_CASE("what does not get smaller is left alone where that is allowed") {
  DeflateAgreement agreement;
  agreement.own_no_context_takeover = true;
  DeflateCodec codec(agreement);
  ByteBuffer out;
  CHECK_FALSE(codec.deflate(noise(1000), out));
  CHECK(out.empty());
  CHECK(packed(codec, std::string(1000, 'a')).size() < 50);
  // With a shared window the peer must see every byte that went through the compressor.
  DeflateCodec sharing({});
  DeflateCodec receiver({});
  CHECK(unpacked(receiver, packed(sharing, noise(100000))) == noise(100000));
}

TEST_CASE("small messages, and a window of 256 bytes, which zlib can't keep to, go uncompressed") {
  DeflateAgreement agreement;
  agreement.threshold = 64;
  CHECK_FALSE(DeflateCodec(agreement).worth_deflating(63));
  CHECK(DeflateCodec(agreement).worth_deflating(64));
  agreement.own_window_bits = 8;
  CHECK_FALSE(DeflateCodec(agreement).worth_deflating(1000));
}

TEST_CASE("a peer that reaches beyond the agreed window is understood, however it is split") {
  DeflateAgreement wide;
  DeflateCodec sender(wide);
  const std::string message = noise(1000) + std::string(1500, 'x') + noise(1000);
  const std::string bytes = packed(sender, message);
  REQUIRE_FALSE(fits_window(bytes, 9));
  DeflateAgreement narrow;
  narrow.peer_window_bits = 9;
  for (const std::size_t piece : {bytes.size(), std::size_t{100}, std::size_t{1}}) {
    CAPTURE(piece);
    DeflateCodec receiver(narrow);
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      pieces.push_back(std::string_view(bytes).substr(at, piece));
    }
    CHECK((unpacked(receiver, pieces) == message));
  }
}

TEST_CASE("a peer's window of 256 bytes is understood") {
  DeflateAgreement agreement;
  agreement.peer_window_bits = 8;
  DeflateCodec codec(agreement);
  CHECK(unpacked(codec, hex_to_bytes("f2 48 cd c9 c9 07 00 ")) == "Hello");
}

TEST_CASE("corrupt and cut streams are told, whatever comes") {
  const auto outcome_of = [](std::string_view bytes) {
    DeflateCodec codec({});
    return unpacked(codec, bytes);
  };
  CHECK(outcome_of("\xff\xff\xff\xff") == "corrupt");                     // reserved block type
  CHECK(outcome_of(hex_to_bytes("00 05 00 00 00 48 ")) == "corrupt");     // lengths that disagree
  CHECK(outcome_of(hex_to_bytes("f2 00 11 00 00 ")) == "corrupt");        // refers to nothing
  CHECK(outcome_of(hex_to_bytes("00 05 00 fa ff 48 65 ")) == "corrupt");  // stored block cut
  DeflateCodec codec({});
  const std::string bytes = packed(codec, some_text(1000, 9));
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    CAPTURE(size);
    const std::string result = outcome_of(std::string_view(bytes).substr(0, size));
    CHECK(result == "corrupt");
  }
}

TEST_CASE("a bomb costs the limit and not what it holds") {
  // 64 MiB of zeros in 64 KiB.
  DeflateCodec codec({});
  const std::string bomb = packed(codec, std::string(std::size_t{64} << 20, '\0'));
  CHECK(bomb.size() < 100000);
  for (const std::size_t limit : {1000u, 1000000u}) {
    DeflateCodec receiver({});
    ByteBuffer out;
    CHECK(receiver.inflate(bomb, out, limit) == Outcome::kTooBig);
    CHECK(out.size() <= limit + 1);
    CHECK(out.capacity() <= limit + (std::size_t{512} << 10));
  }
}

TEST_CASE("RFC 7692 8: a bomb is measured, not kept, in any pieces") {
  DeflateCodec sender({});
  const std::string bomb = packed(sender, std::string(std::size_t{64} << 20, 'b'));
  for (const std::size_t piece : {bomb.size(), std::size_t{1000}, std::size_t{1}}) {
    CAPTURE(piece);
    DeflateCodec receiver({});
    ByteBuffer out;
    Outcome outcome = Outcome::kOk;
    for (std::size_t at = 0; at < bomb.size() && outcome == Outcome::kOk; at += piece) {
      outcome = receiver.inflate(std::string_view(bomb).substr(at, piece), out, (64u << 20) - 1);
    }
    if (outcome == Outcome::kOk) outcome = receiver.finish_inflate(out, (64u << 20) - 1);
    CHECK(outcome == Outcome::kTooBig);
    CHECK(out.size() < (std::size_t{5} << 20));
  }
}

TEST_CASE("what looks like a bomb and stays within the limit is delivered whole") {
  // Very compressible, then hardly, then again; the window is shared with the next messages.
  const std::string zeros(std::size_t{6} << 20, '0');
  for (const std::string& message :
       {zeros, zeros + noise(3000) + zeros, zeros + noise(std::size_t{2} << 20) + zeros}) {
    DeflateCodec sender({});
    DeflateCodec receiver({});
    const std::string before = packed(sender, "before");
    const std::string first = packed(sender, message);
    const std::string second = packed(sender, some_text(40000, 1) + message);
    const std::string last = packed(sender, "the end");
    CHECK(unpacked(receiver, before) == "before");
    CHECK((unpacked(receiver, first) == message));
    const std::string_view view = second;
    CHECK((unpacked(receiver, {view.substr(0, 100), view.substr(100, 5000), view.substr(5100)}) ==
           some_text(40000, 1) + message));
    CHECK(unpacked(receiver, last) == "the end");
  }
}

TEST_CASE("RFC 6455 8.1: a bad byte is told at once, also where a bomb is only measured") {
  std::string text(std::size_t{8} << 20, 't');
  text[(std::size_t{7} << 20)] = '\xff';
  DeflateCodec sender({});
  const std::string bytes = packed(sender, text);
  DeflateCodec receiver({});
  ByteBuffer out;
  Utf8Checker checker;
  CHECK(receiver.inflate(bytes, out, kNoLimit, &checker) == Outcome::kNotText);
  CHECK(checker.failed_at() == (std::size_t{7} << 20));
}

TEST_CASE("the limit is exact, and counts what was taken out meanwhile") {
  DeflateCodec sender({});
  DeflateCodec receiver({});
  const std::string message(5000, 'm');
  CHECK(unpacked(receiver, {packed(sender, message)}, 5000) == message);
  CHECK(unpacked(receiver, {packed(sender, message)}, 4999) == "too big");
  for (const std::size_t limit : {std::size_t{8000}, std::size_t{7999}}) {
    DeflateCodec other({});
    DeflateCodec fresh({});
    const std::string bytes = packed(fresh, noise(8000));
    const std::string_view half = std::string_view(bytes).substr(0, bytes.size() / 2);
    ByteBuffer out;
    CHECK(other.inflate(half, out, limit) == Outcome::kOk);
    std::string told(out.view());
    CHECK(told.size() > 1000);
    out.clear();
    Outcome outcome = other.inflate(std::string_view(bytes).substr(half.size()), out, limit);
    if (outcome == Outcome::kOk) outcome = other.finish_inflate(out, limit);
    CHECK(outcome == (limit == 8000 ? Outcome::kOk : Outcome::kTooBig));
    if (outcome == Outcome::kOk) CHECK(told + std::string(out.view()) == noise(8000));
  }
}

TEST_CASE("blocks that hold nothing come to an end, in any pieces") {
  const std::string empty_block("\x00\x00\x00\xff\xff", 5);
  std::string padding;
  while (padding.size() < 8 * 1000 + (64 << 10)) padding += empty_block;
  for (const std::size_t piece : {padding.size(), std::size_t{1000}, std::size_t{1}}) {
    CAPTURE(piece);
    DeflateCodec receiver({});
    ByteBuffer out;
    Outcome outcome = Outcome::kOk;
    std::size_t at = 0;
    for (; at < padding.size() && outcome == Outcome::kOk; at += piece) {
      outcome = receiver.inflate(std::string_view(padding).substr(at, piece), out, 1000);
    }
    CHECK(outcome == Outcome::kPadded);
    CHECK(at >= 8 * 1000 + (64 << 10));
  }
}

TEST_CASE("a message whose bytes are flushed one by one is no padding") {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string message = noise(100000);
  std::string bytes;
  for (char& letter : message) {
    Bytef room[64];
    stream.next_in = reinterpret_cast<Bytef*>(&letter);
    stream.avail_in = 1;
    stream.next_out = room;
    stream.avail_out = sizeof room;
    REQUIRE(deflate(&stream, Z_SYNC_FLUSH) == Z_OK);
    bytes.append(reinterpret_cast<char*>(room), sizeof room - stream.avail_out);
  }
  deflateEnd(&stream);
  bytes.resize(bytes.size() - 4);
  CHECK(bytes.size() > 6 * message.size());
  DeflateCodec receiver({});
  CHECK((unpacked(receiver, {bytes}, message.size()) == message));
}
