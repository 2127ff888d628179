#include <doctest/doctest.h>

#include "support/splits.h"
#include "ws/frame_tap.h"

using namespace std::string_literals;
using namespace wscope::ws;
using wscope::test::for_each_split;

namespace {

struct Seen {
  FrameInfo info;
  std::string payload;
};

std::vector<Seen> frames_of(const std::vector<std::string_view>& pieces,
                            std::size_t preview = FrameTap::kAll) {
  std::vector<Seen> seen;
  FrameTap tap(preview, [&seen](const FrameInfo& frame) {
    seen.push_back({frame, std::string(frame.payload)});
  });
  for (const std::string_view piece : pieces) tap.feed(piece);
  CHECK_FALSE(tap.inside_frame());
  return seen;
}

std::string masked(std::string payload, const std::string& key) {
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  }
  return payload;
}

}  // namespace

TEST_CASE("the examples of RFC 6455 5.7") {
  struct Row {
    std::string bytes;
    bool fin;
    int opcode;
    std::optional<std::uint32_t> mask;
    std::uint64_t length;
    std::string payload;
  };
  const std::string k256(256, '\x42');
  const std::string k65536(65536, '\x17');
  const Row rows[] = {
      {"\x81\x05Hello"s, true, 1, std::nullopt, 5, "Hello"},
      {"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, true, 1, 0x37fa213d, 5, "Hello"},
      {"\x01\x03Hel"s, false, 1, std::nullopt, 3, "Hel"},
      {"\x80\x02lo"s, true, 0, std::nullopt, 2, "lo"},
      {"\x89\x05Hello"s, true, 9, std::nullopt, 5, "Hello"},
      {"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, true, 10, 0x37fa213d, 5, "Hello"},
      {"\x82\x7e\x01\x00"s + k256, true, 2, std::nullopt, 256, k256},
      {"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + k65536, true, 2, std::nullopt, 65536, k65536},
      {"\x81\x00"s, true, 1, std::nullopt, 0, ""},
      {"\x88\x80\x01\x02\x03\x04"s, true, 8, 0x01020304, 0, ""},
  };
  for (const Row& row : rows) {
    for_each_split(row.bytes, [&row](const std::vector<std::string_view>& pieces) {
      const auto seen = frames_of(pieces);
      REQUIRE(seen.size() == 1);
      CHECK(seen[0].info.fin == row.fin);
      CHECK(seen[0].info.opcode == row.opcode);
      CHECK(seen[0].info.mask == row.mask);
      CHECK(seen[0].info.length == row.length);
      CHECK(seen[0].payload == row.payload);
      CHECK_FALSE(seen[0].info.rsv1);
    });
  }
}

TEST_CASE("reserved bits, opcodes and lengths that may not be are told as they are") {
  const auto seen = frames_of({"\x41\x01x\xa3\x00\x1f\x00\x81\x7e\x00\x01y"s});
  REQUIRE(seen.size() == 4);
  CHECK(seen[0].info.rsv1);
  CHECK_FALSE(seen[0].info.rsv2);
  CHECK_FALSE(seen[0].info.fin);
  CHECK(seen[1].info.rsv2);
  CHECK(seen[1].info.fin);
  CHECK(seen[1].info.opcode == 3);
  CHECK(seen[2].info.rsv3);
  CHECK(seen[2].info.opcode == 15);
  CHECK(seen[3].info.length == 1);
  CHECK(seen[3].payload == "y");
}

TEST_CASE("frames one after the other, in any split") {
  const std::string key = "\xa1\xb2\xc3\xd4";
  const std::string long_text(300, 'q');
  const std::string bytes = "\x01\x03Hel"s + "\x89\x82"s + key + masked("hi", key) + "\x80\x02lo"s +
                            "\xc2\xfe\x01\x2c"s + key + masked(long_text, key) +
                            "\x88\x05\x03\xe8"
                            "bye"s;
  for_each_split(bytes, [&](const std::vector<std::string_view>& pieces) {
    const auto seen = frames_of(pieces);
    REQUIRE(seen.size() == 5);
    CHECK(seen[0].payload == "Hel");
    CHECK(seen[1].payload == "hi");
    CHECK(seen[1].info.mask == 0xa1b2c3d4);
    CHECK(seen[2].payload == "lo");
    CHECK(seen[3].payload == long_text);
    CHECK(seen[3].info.rsv1);
    CHECK(seen[4].payload ==
          "\x03\xe8"
          "bye");
  });
  for (std::size_t size = 1; size < 12; ++size) {
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < bytes.size(); i += size) {
      pieces.push_back(std::string_view(bytes).substr(i, size));
    }
    const auto seen = frames_of(pieces);
    REQUIRE(seen.size() == 5);
    CHECK(seen[3].payload == long_text);
  }
}

TEST_CASE("only the preview of a payload is kept, but a Close whole") {
  const std::string key = "\x11\x22\x33\x44";
  const std::string text = "0123456789abcdef";
  const std::string close = "\x03\xe8" + std::string(123, 'r');
  const std::string bytes = "\x81\x10"s + text + "\x81\x90"s + key + masked(text, key) +
                            "\x88\xfd"s + key + masked(close, key);
  for (const std::size_t preview : {0, 1, 3, 5, 15, 16, 17}) {
    CAPTURE(preview);
    for_each_split(bytes, [&](const std::vector<std::string_view>& pieces) {
      const auto seen = frames_of(pieces, preview);
      REQUIRE(seen.size() == 3);
      CHECK(seen[0].payload == text.substr(0, preview));
      CHECK(seen[1].payload == text.substr(0, preview));
      CHECK(seen[1].info.length == 16);
      CHECK(seen[2].payload == close);
    });
  }
}

TEST_CASE("a length of 2^63 and more allocates nothing") {
  for (const char top : {'\x7f', '\x80', '\xff'}) {
    std::size_t frames = 0;
    FrameTap tap(FrameTap::kAll, [&frames](const FrameInfo&) { ++frames; });
    tap.feed("\x82\x7f"s + top + "\xff\xff\xff\xff\xff\xff\xff");
    CHECK(tap.inside_frame());
    tap.feed("some bytes of it");
    CHECK(tap.inside_frame());
    CHECK(frames == 0);
  }
}

TEST_CASE("end() tells the frame that was cut, and how much of it is missing") {
  std::vector<Seen> seen;
  FrameTap tap(3, [&seen](const FrameInfo& frame) {
    seen.push_back({frame, std::string(frame.payload)});
  });
  tap.feed("\x81\x85"s + "kkkk" + masked("ab", "kkkk"));
  tap.end();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].info.opcode == 1);
  CHECK(seen[0].info.length == 5);
  CHECK(seen[0].info.missing == 3);
  CHECK(seen[0].payload == "ab");
  CHECK_FALSE(tap.inside_frame());
  tap.end();
  tap.feed("\x82\x7e\x01");  // a header that is not whole
  tap.end();
  CHECK(seen.size() == 1);
  CHECK_FALSE(tap.inside_frame());
  tap.feed("\x82\x01x");
  REQUIRE(seen.size() == 2);
  CHECK(seen[1].info.missing == 0);
  CHECK(seen[1].payload == "x");
}

TEST_CASE("inside_frame tells a frame that has begun") {
  std::size_t frames = 0;
  FrameTap tap(8, [&frames](const FrameInfo&) { ++frames; });
  CHECK_FALSE(tap.inside_frame());
  tap.feed("");
  CHECK_FALSE(tap.inside_frame());
  for (const char c : "\x81\x82kkkka"s) {
    tap.feed(std::string_view(&c, 1));
    CHECK(tap.inside_frame());
  }
  tap.feed("b");
  CHECK_FALSE(tap.inside_frame());
  CHECK(frames == 1);
}
