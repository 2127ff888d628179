// permessage-deflate through the engine (RFC 7692), both roles, in any split.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "support/splits.h"
#include "ws/deflate_codec.h"
#include "ws/engine.h"
#include "ws/engine_fixture.h"

using namespace wscope;
using namespace wscope::ws;
using wscope::test::for_each_split;

namespace {

using Events = std::vector<std::string>;
using State = Engine::State;

EngineSettings with_deflate(std::size_t threshold = 0) {
  EngineSettings settings;
  settings.deflate = DeflateAgreement{};
  settings.deflate->threshold = threshold;
  return settings;
}

std::string hello() { return std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7); }

/// Runs frames (first byte, payload) in both roles and all splits.
void run(const std::vector<std::pair<int, std::string>>& list, const Events& events,
         State state = State::kOpen, const EngineSettings& settings = with_deflate()) {
  for (const bool server : {false, true}) {
    CAPTURE(server);
    const Side example(server, settings);
    std::string wire;
    for (const auto& [first, payload] : list) wire += example.from_peer(first, payload);
    for_each_split(wire, [&](const std::vector<std::string_view>& pieces) {
      Side side(server, settings);
      for (const std::string_view piece : pieces) give(*side.engine, piece);
      Events expected = events;
      for (std::string& event : expected) {
        const auto at = event.find("$peer");
        if (at != std::string::npos) event.replace(at, 5, side.peer());
      }
      CHECK(side.heard.events == expected);
      CHECK(side.engine->state() == state);
    });
  }
}

std::string deflated(DeflateCodec& codec, std::string_view message) {
  ByteBuffer out;
  REQUIRE(codec.deflate(message, out));
  return std::string(out.view());
}

}  // namespace

TEST_CASE("RFC 7692 7.2.3: compressed messages, whole and in fragments") {
  const std::string bytes = hello();
  run({{0xc1, bytes}}, {"text Hello"});
  run({{0xc2, bytes}}, {"binary Hello"});
  run({{0x41, bytes.substr(0, 3)}, {0x80, bytes.substr(3)}}, {"text Hello"});
  run({{0x41, ""}, {0x00, bytes}, {0x80, ""}}, {"text Hello"});
  run({{0x41, bytes.substr(0, 1)}, {0x89, "p"}, {0x80, bytes.substr(1)}}, {"ping p", "text Hello"});
  run({{0xc1, std::string("\0", 1)}}, {"text "});
  run({{0xc1, ""}}, {"text "});
  // Compressed and not, in turn; the window is shared over both kinds of frames.
  run({{0xc1, bytes},
       {0x81, "plain"},
       {0xc1, std::string("\xf2\x00\x11\x00\x00", 5)},
       {0x01, "a"},
       {0x80, "b"},
       {0x41, "\xf2"},
       {0x80, std::string("\x00\x11\x00\x00", 4)}},
      {"text Hello", "text plain", "text Hello", "text ab", "text Hello"});
  // BFINAL.
  const std::string final_block("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);
  run({{0xc1, final_block}, {0xc1, final_block}}, {"text Hello", "text Hello"});
}

TEST_CASE("RFC 7692 6: RSV1 belongs to a message's first frame") {
  const std::string bytes = hello();
  run({{0x41, bytes.substr(0, 3)}, {0xc0, bytes.substr(3)}},
      {"failed 1002 $peer set RSV1 on a continuation frame (RFC 7692 6)"}, State::kFailed);
  run({{0x01, "x"}, {0xc0, "y"}},
      {"failed 1002 $peer set RSV1 on a continuation frame (RFC 7692 6)"}, State::kFailed);
  run({{0xc9, "x"}}, {"failed 1002 $peer set RSV1 on a PING frame (RFC 7692 6)"}, State::kFailed);
  run({{0xe1, bytes}},
      {"failed 1002 $peer set RSV2, which nothing was agreed about (RFC 6455 5.2)"},
      State::kFailed);
}

TEST_CASE("compressed rubbish fails with 1007") {
  const std::string words =
      "failed 1007 compressed message of the $peer can't be inflated "
      "(RFC 7692 7.2.2)";
  run({{0xc1, "\xff\xff\xff"}}, {words}, State::kFailed);
  run({{0xc2, hello().substr(0, 4)}}, {words}, State::kFailed);
  run({{0x42, hello()}, {0x80, "\xff\xff"}}, {words}, State::kFailed);
}

TEST_CASE("compressed text that is not UTF-8 names the byte of the message") {
  DeflateCodec codec({});
  run({{0xc1, deflated(codec, "abc\xff")}},
      {"failed 1007 text is not UTF-8 at byte 3 of the message (RFC 6455 8.1)"}, State::kFailed);
  DeflateCodec other({});
  run({{0xc1, deflated(other, "abc\xe2\x82")}},
      {"failed 1007 text ends in the middle of a character (RFC 6455 8.1)"}, State::kFailed);
  DeflateCodec third({});
  run({{0xc2, deflated(third, "abc\xff")}}, {"binary abc\xff"});
}

TEST_CASE("a bomb ends with 1009, whole and in pieces") {
  EngineSettings settings = with_deflate();
  settings.max_message_size = 100000;
  DeflateCodec codec({});
  const std::string bomb = deflated(codec, std::string(10000000, '\0'));
  REQUIRE(bomb.size() < 20000);
  const std::string words = "failed 1009 message is larger than 100000 bytes";
  run({{0xc1, bomb}}, {words}, State::kFailed, settings);
  const std::size_t half = bomb.size() / 2;
  run({{0x42, bomb.substr(0, half)}, {0x80, bomb.substr(half)}}, {words}, State::kFailed, settings);
  DeflateCodec fitting({});
  run({{0xc1, deflated(fitting, std::string(100000, 'a'))}}, {"text " + std::string(100000, 'a')},
      State::kOpen, settings);
  DeflateCodec over({});
  run({{0xc1, deflated(over, std::string(100001, 'a'))}}, {words}, State::kFailed, settings);
}

TEST_CASE("the size of a message is what it inflates to, whatever the frame's length") {
  std::mt19937 random(1);
  std::string noise;
  while (noise.size() < 1001) noise += static_cast<char>(random());
  EngineSettings settings = with_deflate();
  settings.max_message_size = 1000;
  for (const std::size_t size : {999u, 1000u, 1001u}) {
    CAPTURE(size);
    const std::string message = noise.substr(0, size);
    DeflateCodec codec({});
    const std::string bytes = deflated(codec, message);
    REQUIRE(bytes.size() > size);
    const bool fits = size <= 1000;
    const Events events{fits ? "binary " + message
                             : "failed 1009 message is larger than 1000 bytes"};
    const State state = fits ? State::kOpen : State::kFailed;
    run({{0xc2, bytes}}, events, state, settings);
    run({{0x42, ""}, {0x80, bytes}}, events, state, settings);
    run({{0x42, bytes}, {0x80, ""}}, events, state, settings);
    run({{0x42, bytes.substr(0, 500)}, {0x80, bytes.substr(500)}}, events, state, settings);
    run({{0x42, bytes.substr(0, 1)}, {0x00, bytes.substr(1, 998)}, {0x80, bytes.substr(999)}},
        events, state, settings);
  }
}

TEST_CASE("a compressed frame without an end fails where it has inflated to too much") {
  EngineSettings settings = with_deflate();
  settings.max_message_size = 1000;
  const std::string claim("\x7f\x00\x00\xff\xff\xff\xff\xff\xff", 9);
  Side big(false, settings);
  DeflateCodec codec({});
  give(*big.engine, "\xc2" + claim + deflated(codec, std::string(1001, 'a')));
  CHECK(big.heard.events == Events{"failed 1009 message is larger than 1000 bytes"});
  Side empty(false, settings);
  give(*empty.engine, "\xc2" + claim);
  std::size_t given = 0;
  while (empty.engine->state() == State::kOpen && given < 1000000) {
    give(*empty.engine, std::string_view("\x00\x00\x00\xff\xff", 5));
    given += 5;
  }
  CHECK(empty.heard.events ==
        Events{
            "failed 1009 compressed message takes far more than the 1000 bytes it may inflate to"});
  CHECK(given < 100000);
}

TEST_CASE("what is sent: compressed from the threshold on, RSV1 only there, masked by a client") {
  Side side(false, with_deflate(5));
  CHECK(side.engine->send_text("Hell"));
  CHECK(unmasked(take_output(*side.engine)) == frame(0x81, "Hell"));
  CHECK(side.engine->send_text("Hello"));
  const std::string bytes = take_output(*side.engine);
  CHECK((bytes[1] & 0x80) != 0);
  CHECK(unmasked(bytes) == frame(0xc1, hello()));
  CHECK(side.engine->send_binary("Hello"));
  CHECK(unmasked(take_output(*side.engine)) ==
        frame(0xc2, std::string_view("\xf2\x00\x11\x00\x00", 5)));
  CHECK(side.engine->send_ping("Hello"));
  CHECK(unmasked(take_output(*side.engine)) == frame(0x89, "Hello"));
}

TEST_CASE("counters tell the compression both ways") {
  Side side(false, with_deflate(0));
  const std::string text(1000, 'a');
  CHECK(side.engine->send_text(text));
  const std::size_t written = side.engine->output().size();
  DeflateCodec codec({});
  const std::string bytes = deflated(codec, text);
  give(*side.engine, frame(0xc1, bytes) + frame(0x81, "ab"));
  const EngineCounters& counters = side.engine->counters();
  CHECK(counters.messages_sent == 1);
  CHECK(counters.payload_sent == 1000);
  CHECK(counters.deflated == 1000);
  CHECK(counters.compressed_out == bytes.size());
  CHECK(counters.wire_sent == written);
  CHECK(counters.messages_received == 2);
  CHECK(counters.payload_received == 1002);
  CHECK(counters.inflated == 1000);
  CHECK(counters.compressed_in == bytes.size());
  CHECK(counters.wire_received == 2 + bytes.size() + 4);
}

TEST_CASE("the server's negotiation decides what is compressed") {
  struct Row {
    const char* offer;
    bool accepted;
  };
  for (const Row& row :
       {Row{"permessage-deflate", true}, Row{"permessage-deflate; client_max_window_bits", true},
        Row{"x-unknown, permessage-deflate", true}, Row{"permessage-deflate; nonsense", false},
        Row{"x-unknown", false}}) {
    CAPTURE(row.offer);
    EngineSettings settings;
    settings.server_deflate = DeflateOffer{};
    settings.server_deflate->threshold = 0;
    Recorder heard;
    const auto engine = Engine::server(settings, heard);
    give(*engine, request_head("Sec-WebSocket-Extensions: " + std::string(row.offer) + "\r\n"));
    const std::string response = take_output(*engine);
    CHECK((response.find("\r\nSec-WebSocket-Extensions: permessage-deflate") !=
           std::string::npos) == row.accepted);
    CHECK(engine->send_text("Hello"));
    CHECK((take_output(*engine)[0] == '\xc1') == row.accepted);
  }
  // Not offered by the user: nothing is agreed.
  Recorder heard;
  const auto engine = Engine::server({}, heard);
  give(*engine, request_head("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  CHECK(take_output(*engine).find("Extensions") == std::string::npos);
}
