// Frames on the wire against what the engine says and answers, by section of RFC 6455. Every case
// runs as client and as server, unsplit, split in the middle and byte by byte.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "support/splits.h"
#include "ws/engine.h"
#include "ws/engine_fixture.h"

using namespace wscope;
using namespace wscope::ws;
using wscope::test::for_each_split;

namespace {

using Events = std::vector<std::string>;
using State = Engine::State;

/// What comes, what is told ("$peer" stands for the side that sends), what is answered.
struct Case {
  const char* name;
  std::function<std::string(const Side&)> wire;
  Events events;
  std::string answer;  // with masks taken away
  State state = State::kOpen;
};

std::string with_peer(std::string text, const Side& side) {
  const auto at = text.find("$peer");
  if (at != std::string::npos) text.replace(at, 5, side.peer());
  return text;
}

/// The Close that goes with "failed CODE WORDS".
std::string close_of(const std::string& failed) {
  const std::string code = failed.substr(7, 4);
  return frame(0x88, close_payload(std::stoi(code), failed.substr(12)));
}

void run(const Case& sample, bool server, const EngineSettings& settings) {
  CAPTURE(sample.name);
  CAPTURE(server);
  const Side example(server, settings);
  for_each_split(sample.wire(example), [&](const std::vector<std::string_view>& pieces) {
    Side side(server, settings);
    for (const std::string_view piece : pieces) give(*side.engine, piece);
    Events expected = sample.events;
    for (std::string& event : expected) event = with_peer(event, side);
    CHECK(side.heard.events == expected);
    std::string answer = sample.answer;
    if (!expected.empty() && expected.back().rfind("failed ", 0) == 0) {
      answer += close_of(expected.back());
    }
    CHECK(unmasked(take_output(*side.engine)) == answer);
    CHECK(side.engine->state() == sample.state);
  });
}

void run_all(const std::vector<Case>& cases, const EngineSettings& settings = {}) {
  for (const Case& sample : cases) {
    run(sample, false, settings);
    run(sample, true, settings);
  }
}

/// Frames of the peer's, one after the other.
std::function<std::string(const Side&)> frames(
    const std::vector<std::pair<int, std::string>>& list) {
  return [list](const Side& side) {
    std::string bytes;
    for (const auto& [first, payload] : list) bytes += side.from_peer(first, payload);
    return bytes;
  };
}

/// A header whose length is given by hand, then the payload.
std::function<std::string(const Side&)> with_length(int first, const std::string& length,
                                                    const std::string& payload = {}) {
  return [=](const Side& side) {
    std::string bytes = side.from_peer(first, payload);
    const std::string body = bytes.substr(2);  // mask and payload; the payload is short
    std::string head = {bytes[0], static_cast<char>((bytes[1] & 0x80) | length[0])};
    return head + length.substr(1) + body;
  };
}

const std::string k125(125, 'x');

}  // namespace

TEST_CASE("RFC 6455 5.1: masks") {
  Side client(false, {});
  give(*client.engine, frame(0x81, "hi", "abcd"));
  CHECK(client.heard.events == Events{"failed 1002 server sent a masked frame (RFC 6455 5.1)"});
  Side server(true, {});
  give(*server.engine, frame(0x81, "hi"));
  CHECK(server.heard.events ==
        Events{"failed 1002 client sent a frame without a mask (RFC 6455 5.1)"});
  // Two bytes decide.
  Side early(false, {});
  give(*early.engine, std::string("\x81\xfe", 2));
  CHECK(early.engine->state() == State::kFailed);
  // A control frame is held to it, too.
  Side ping(false, {});
  give(*ping.engine, frame(0x89, "", "abcd"));
  CHECK(ping.engine->state() == State::kFailed);
  // A mask of zeros is one.
  Side zeros(true, {});
  give(*zeros.engine, frame(0x81, "hi", std::string_view("\0\0\0\0", 4)));
  CHECK(zeros.heard.events == Events{"text hi"});
}

TEST_CASE("RFC 6455 5.2: every length, text and binary") {
  for (const std::size_t size :
       {0u,  1u,  2u,   3u,   4u,   5u,   7u,   8u,    15u,    16u,    17u,   31u,
        32u, 33u, 124u, 125u, 126u, 127u, 128u, 1000u, 65535u, 65536u, 65537u}) {
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) payload += static_cast<char>('!' + i * 31 % 90);
    std::vector<Case> cases = {{"", frames({{0x81, payload}}), {"text " + payload}, ""},
                               {"", frames({{0x82, payload}}), {"binary " + payload}, ""}};
    if (size > 1000) cases.resize(1);  // byte by byte takes long enough
    run_all(cases);
  }
}

TEST_CASE("RFC 6455 5.2: a length must have its shortest form") {
  const std::string words =
      "failed 1002 $peer sent a length that is not in its shortest form "
      "(RFC 6455 5.2)";
  const std::string too_long =
      "failed 1002 $peer sent a length of 2^63 bytes or more (RFC 6455 5.2)";
  const std::string zeros7(7, '\0');
  const std::string zeros6(6, '\0');
  run_all({
      {"16 bits for 125",
       with_length(0x82, std::string("\x7e\x00\x7d", 3), k125),
       {words},
       "",
       State::kFailed},
      {"16 bits for 0",
       with_length(0x81, std::string("\x7e\x00\x00", 3)),
       {words},
       "",
       State::kFailed},
      {"64 bits for 1",
       with_length(0x82, "\x7f" + zeros7 + "\x01", "x"),
       {words},
       "",
       State::kFailed},
      {"64 bits for 65535",
       with_length(0x82, "\x7f" + zeros6 + "\xff\xff"),
       {words},
       "",
       State::kFailed},
      {"the most significant bit",
       with_length(0x82, "\x7f\x80" + zeros7),
       {too_long},
       "",
       State::kFailed},
      {"all bits",
       with_length(0x81, "\x7f" + std::string(8, '\xff')),
       {too_long},
       "",
       State::kFailed},
  });
}

TEST_CASE("a claimed length costs no memory, and is judged before the bytes come") {
  EngineSettings settings;
  settings.max_message_size = std::size_t{64} << 30;
  const std::string claims =
      std::string("\x7f\x00\x00\x00\x0f\xff\xff\xff\x00", 9);                       // 64 GiB - 256
  const std::string more = std::string("\x7f\x00\x00\x00\x10\x00\x00\x00\x00", 9);  // 64 GiB
  const std::string words = "failed 1009 message is larger than 68719476736 bytes";
  const auto continued = [](const std::string& length) {
    return [length](const Side& side) {
      return side.from_peer(0x01, "a") + with_length(0x80, length, "b")(side);
    };
  };
  run_all({{"a continuation", continued(claims), {}, ""},
           {"one byte too many", continued(more), {words}, "", State::kFailed},
           {"a first fragment", with_length(0x01, more, "b"), {}, ""}},
          settings);
  settings.deflate = DeflateAgreement{};
  run_all({{"compressed",
            [&](const Side& side) {
              return side.from_peer(0x41, "") + with_length(0x80, claims, "b")(side);
            },
            {},
            ""}},
          settings);
}

TEST_CASE("RFC 6455 5.2: reserved bits") {
  const auto words = [](const std::string& bit) {
    return "failed 1002 $peer set " + bit + ", which nothing was agreed about (RFC 6455 5.2)";
  };
  const std::string rsv1 =
      "failed 1002 $peer set RSV1, but no compression was agreed (RFC 6455 5.2)";
  run_all({
      {"RSV1 on text", frames({{0xc1, "x"}}), {rsv1}, "", State::kFailed},
      {"RSV1 on binary", frames({{0xc2, "x"}}), {rsv1}, "", State::kFailed},
      {"RSV1 on ping", frames({{0xc9, "x"}}), {rsv1}, "", State::kFailed},
      {"RSV2", frames({{0xa1, "x"}}), {words("RSV2")}, "", State::kFailed},
      {"RSV3", frames({{0x91, "x"}}), {words("RSV3")}, "", State::kFailed},
      {"RSV3 on close", frames({{0x98, close_payload(1000)}}), {words("RSV3")}, "", State::kFailed},
      {"a good message first",
       frames({{0x81, "ok"}, {0xb1, "x"}}),
       {"text ok", words("RSV2")},
       "",
       State::kFailed},
      {"what follows is not read",
       frames({{0x91, "x"}, {0x81, "y"}, {0x89, "z"}}),
       {words("RSV3")},
       "",
       State::kFailed},
  });
}

TEST_CASE("RFC 6455 5.2: reserved opcodes") {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const std::string words = "failed 1002 $peer sent a frame with the reserved opcode " +
                              std::to_string(opcode) + " (RFC 6455 5.2)";
    run_all({
        {"empty", frames({{0x80 | opcode, ""}}), {words}, "", State::kFailed},
        {"with payload", frames({{0x80 | opcode, "x"}}), {words}, "", State::kFailed},
        {"with much",
         frames({{0x80 | opcode, std::string(126, 'x')}}),
         {words},
         "",
         State::kFailed},
        {"after a message",
         frames({{0x81, "a"}, {0x80 | opcode, "x"}}),
         {"text a", words},
         "",
         State::kFailed},
    });
  }
}

TEST_CASE("RFC 6455 5.4: fragments") {
  const std::string stray =
      "failed 1002 $peer sent a continuation without a message to continue (RFC 6455 5.4)";
  const std::string inside =
      "failed 1002 $peer began a message inside a fragmented one (RFC 6455 5.4)";
  run_all({
      {"two", frames({{0x01, "he"}, {0x80, "llo"}}), {"text hello"}, ""},
      {"three, binary", frames({{0x02, "a"}, {0x00, "b"}, {0x80, "c"}}), {"binary abc"}, ""},
      {"all empty", frames({{0x01, ""}, {0x00, ""}, {0x80, ""}}), {"text "}, ""},
      {"empty first and last", frames({{0x01, ""}, {0x00, "x"}, {0x80, ""}}), {"text x"}, ""},
      {"large ones",
       frames({{0x01, std::string(70000, 'a')}, {0x80, std::string(300, 'b')}}),
       {"text " + std::string(70000, 'a') + std::string(300, 'b')},
       ""},
      {"then a whole one",
       frames({{0x01, "a"}, {0x80, "b"}, {0x81, "c"}}),
       {"text ab", "text c"},
       ""},
      {"a character across",
       frames({{0x01, "\xe2\x82"}, {0x80, "\xac"}}),
       {"text \xe2\x82\xac"},
       ""},
      {"a ping between",
       frames({{0x01, "he"}, {0x89, "p"}, {0x80, "llo"}}),
       {"ping p", "text hello"},
       frame(0x8a, "p")},
      {"a pong between",
       frames({{0x02, "a"}, {0x8a, "q"}, {0x80, "b"}}),
       {"pong q", "binary ab"},
       ""},
      {"a close between",
       frames({{0x01, "a"}, {0x88, close_payload(1000)}}),
       {"close 1000"},
       frame(0x88, close_payload(1000)),
       State::kClosed},
      {"stray continuation", frames({{0x80, "x"}}), {stray}, "", State::kFailed},
      {"stray, not final", frames({{0x00, "x"}}), {stray}, "", State::kFailed},
      {"stray after a message",
       frames({{0x81, "a"}, {0x80, "x"}}),
       {"text a", stray},
       "",
       State::kFailed},
      {"stray after fragments",
       frames({{0x01, "a"}, {0x80, "b"}, {0x80, "c"}}),
       {"text ab", stray},
       "",
       State::kFailed},
      {"text inside", frames({{0x01, "a"}, {0x81, "b"}}), {inside}, "", State::kFailed},
      {"binary inside, not final",
       frames({{0x01, "a"}, {0x02, "b"}}),
       {inside},
       "",
       State::kFailed},
  });
}

TEST_CASE("RFC 6455 5.5: control frames") {
  const auto fragmented = [](const std::string& kind) {
    return "failed 1002 $peer sent a fragmented " + kind + " (RFC 6455 5.5)";
  };
  const auto big = [](const std::string& kind) {
    return "failed 1002 $peer sent a " + kind + " of more than 125 bytes (RFC 6455 5.5)";
  };
  run_all({
      {"ping", frames({{0x89, "hello"}}), {"ping hello"}, frame(0x8a, "hello")},
      {"empty ping", frames({{0x89, ""}}), {"ping "}, frame(0x8a, "")},
      {"125 bytes", frames({{0x89, k125}}), {"ping " + k125}, frame(0x8a, k125)},
      {"binary ping", frames({{0x89, "\xff\xfe"}}), {"ping \xff\xfe"}, frame(0x8a, "\xff\xfe")},
      {"ten pings",
       frames({{0x89, "1"}, {0x89, "2"}, {0x89, "3"}}),
       {"ping 1", "ping 2", "ping 3"},
       frame(0x8a, "1") + frame(0x8a, "2") + frame(0x8a, "3")},
      {"pong unasked", frames({{0x8a, "x"}}), {"pong x"}, ""},
      {"126 bytes", frames({{0x89, k125 + "x"}}), {big("PING")}, "", State::kFailed},
      {"pong of 126", frames({{0x8a, k125 + "x"}}), {big("PONG")}, "", State::kFailed},
      {"close of 126",
       frames({{0x88, close_payload(1000, k125)}}),
       {big("CLOSE")},
       "",
       State::kFailed},
      {"fragmented ping",
       frames({{0x09, "a"}, {0x80, "b"}}),
       {fragmented("PING")},
       "",
       State::kFailed},
      {"fragmented pong", frames({{0x0a, ""}}), {fragmented("PONG")}, "", State::kFailed},
      {"fragmented close", frames({{0x08, ""}}), {fragmented("CLOSE")}, "", State::kFailed},
  });
}

TEST_CASE("RFC 6455 5.5.2: pings are told and not answered when that is turned off") {
  EngineSettings settings;
  settings.answer_pings = false;
  run_all({{"ping", frames({{0x89, "x"}}), {"ping x"}, ""}}, settings);
}

TEST_CASE("RFC 6455 5.5.1, 7.4: Close frames") {
  const auto code_words = [](int code) {
    return "failed 1002 $peer sent a CLOSE with code " + std::to_string(code) +
           ", which can't stand there (RFC 6455 7.4)";
  };
  run_all({
      {"no payload", frames({{0x88, ""}}), {"close"}, frame(0x88, ""), State::kClosed},
      {"half a code",
       frames({{0x88, "\x03"}}),
       {"failed 1002 $peer sent a CLOSE with half a code (RFC 6455 5.5.1)"},
       "",
       State::kFailed},
      {"reason",
       frames({{0x88, close_payload(1001, "going h\xc3\xb6me")}}),
       {"close 1001 going h\xc3\xb6me"},
       frame(0x88, close_payload(1001, "going h\xc3\xb6me")),
       State::kClosed},
      {"reason of 123 bytes",
       frames({{0x88, close_payload(4999, std::string(123, 'r'))}}),
       {"close 4999 " + std::string(123, 'r')},
       frame(0x88, close_payload(4999, std::string(123, 'r'))),
       State::kClosed},
      {"reason is not UTF-8",
       frames({{0x88, close_payload(1000, "\xff")}}),
       {"failed 1007 $peer sent a CLOSE whose reason is not UTF-8 (RFC 6455 5.5.1)"},
       "",
       State::kFailed},
      {"reason is cut UTF-8",
       frames({{0x88, close_payload(1000, "a\xc3")}}),
       {"failed 1007 $peer sent a CLOSE whose reason is not UTF-8 (RFC 6455 5.5.1)"},
       "",
       State::kFailed},
      {"what follows is not read",
       frames({{0x88, close_payload(1000)}, {0x81, "x"}, {0x89, "y"}}),
       {"close 1000"},
       frame(0x88, close_payload(1000)),
       State::kClosed},
      {"a message and a ping before",
       frames({{0x81, "x"}, {0x89, "y"}, {0x88, close_payload(1000)}}),
       {"text x", "ping y", "close 1000"},
       frame(0x8a, "y") + frame(0x88, close_payload(1000)),
       State::kClosed},
  });
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4999}) {
    run_all({{"valid code",
              frames({{0x88, close_payload(code)}}),
              {"close " + std::to_string(code)},
              frame(0x88, close_payload(code)),
              State::kClosed}});
  }
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    run_all({{"invalid code",
              frames({{0x88, close_payload(code)}}),
              {code_words(code)},
              "",
              State::kFailed}});
  }
}

TEST_CASE("RFC 6455 8.1: text that is not UTF-8 fails at the byte that decides it") {
  const auto at = [](std::size_t byte) {
    return "failed 1007 text is not UTF-8 at byte " + std::to_string(byte) +
           " of the message (RFC 6455 8.1)";
  };
  const std::string cut = "failed 1007 text ends in the middle of a character (RFC 6455 8.1)";
  const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  run_all({
      {"one frame",
       frames({{0x81, greek + "\xed\xa0\x80" + "edited"}}),
       {at(12)},
       "",
       State::kFailed},
      {"first byte", frames({{0x81, "\xff"}}), {at(0)}, "", State::kFailed},
      {"fragments",
       frames({{0x01, greek}, {0x00, "\xf4\x90\x80\x80"}, {0x80, "edited"}}),
       {at(12)},
       "",
       State::kFailed},
      {"cut at the end of a frame", frames({{0x81, "a\xe2\x82"}}), {cut}, "", State::kFailed},
      {"cut at the end of fragments",
       frames({{0x01, "a"}, {0x80, "\xf0\x9f\x98"}}),
       {cut},
       "",
       State::kFailed},
      {"cut before an empty last fragment",
       frames({{0x01, "a\xc3"}, {0x80, ""}}),
       {cut},
       "",
       State::kFailed},
      {"binary may be anything", frames({{0x82, "\xff\xfe\xc3"}}), {"binary \xff\xfe\xc3"}, ""},
      {"binary fragments, too", frames({{0x02, "\xff"}, {0x80, "\xc3"}}), {"binary \xff\xc3"}, ""},
      {"the next message begins anew",
       frames({{0x81, "\xc3\xa9"}, {0x81, "\xc3\xa9"}}),
       {"text \xc3\xa9", "text \xc3\xa9"},
       ""},
      {"noncharacters are characters",
       frames({{0x81, "\xef\xbf\xbf\xf0\x9f\xbf\xbe"}}),
       {"text \xef\xbf\xbf\xf0\x9f\xbf\xbe"},
       ""},
  });
}

TEST_CASE("RFC 6455 8.1: also inside a frame that has not ended") {
  for (const bool server : {false, true}) {
    CAPTURE(server);
    for (const int first : {0x81, 0x01}) {
      Side side(server, {});
      const std::string text = "\xce\xba\xf4\x90" + std::string(200, 'x');
      const std::string wire = side.from_peer(first, text);
      const std::size_t header = wire.size() - text.size();
      give(*side.engine, std::string_view(wire).substr(0, header + 3));
      CHECK(side.engine->state() == State::kOpen);
      give(*side.engine, std::string_view(wire).substr(header + 3, 1));
      CHECK(side.heard.events ==
            Events{"failed 1007 text is not UTF-8 at byte 3 of the message (RFC 6455 8.1)"});
    }
  }
}

TEST_CASE("fragments and controls in pieces of every size") {
  for (const bool server : {false, true}) {
    const Side example(server, {});
    const std::string wire = example.from_peer(0x01, "he") + example.from_peer(0x89, "p") +
                             example.from_peer(0x00, "") +
                             example.from_peer(0x00, std::string(200, 'l')) +
                             example.from_peer(0x80, "o") + example.from_peer(0x81, "next");
    for (std::size_t size = 1; size <= 20; ++size) {
      CAPTURE(size);
      Side side(server, {});
      for (std::size_t at = 0; at < wire.size(); at += size) {
        give(*side.engine, std::string_view(wire).substr(at, size));
      }
      CHECK(side.heard.events ==
            Events{"ping p", "text he" + std::string(200, 'l') + "o", "text next"});
    }
  }
}

TEST_CASE("after a failure nothing more is told, read or sent") {
  Side side(false, {});
  give(*side.engine, frame(0x81, "\xff") + frame(0x81, "later"));
  CHECK(side.heard.take().size() == 1);
  take_output(*side.engine);
  give(*side.engine, frame(0x81, "later") + frame(0x88, close_payload(1000)));
  CHECK(side.heard.events.empty());
  CHECK_FALSE(side.engine->send_text("x"));
  CHECK_FALSE(side.engine->send_ping("x"));
  CHECK_FALSE(side.engine->close(1000, ""));
  CHECK(side.engine->output().empty());
  CHECK(side.engine->receive_buffer().size > 0);
}

TEST_CASE("no pong goes out behind that of a later ping") {
  Side side(false, {});
  const auto ping = [&side](const std::string& data) {
    give(*side.engine, side.from_peer(0x89, data));
  };
  while (side.heard.pongs_sent.size() == side.heard.events.size()) ping(std::string(100, 'x'));
  side.engine->output_written(std::size_t{3000} * (2 + 4 + 100));  // whole frames
  ping("later");
  std::string all;
  while (!side.engine->output().empty()) all += unmasked(take_output(*side.engine));
  const std::string later = frame(0x8a, "later");
  CHECK(all.substr(all.size() - later.size()) == later);
}

TEST_CASE("RFC 6455 5.5.3: of the pings of a peer that reads nothing the last is answered") {
  for (const bool server : {false, true}) {
    CAPTURE(server);
    Side side(server, {});
    std::size_t most = 0;
    for (int i = 0; i < 100000; ++i) {
      give(*side.engine, side.from_peer(0x89, std::to_string(i) + std::string(100, 'x')));
      most = std::max(most, side.engine->output().size());
    }
    CHECK(most < (std::size_t{1} << 20) + 200);
    CHECK(side.heard.take().size() == 100000);
    // Once it reads, it gets those that had been queued, and then the last.
    const std::string first = unmasked(take_output(*side.engine));
    const std::string last = unmasked(take_output(*side.engine));
    CHECK(first.substr(0, 103) == frame(0x8a, "0" + std::string(100, 'x')));
    CHECK(last == frame(0x8a, "99999" + std::string(100, 'x')));
    CHECK(take_output(*side.engine).empty());
    // Told are those that went out, no more.
    const std::size_t header = last.size() - 105;
    std::size_t bytes = 0;
    for (const std::string& pong : side.heard.pongs_sent) bytes += header + pong.size();
    CHECK(bytes == first.size() + last.size());
    CHECK(side.heard.pongs_sent.back() == "99999" + std::string(100, 'x'));
    give(*side.engine, side.from_peer(0x89, "now"));
    CHECK(unmasked(take_output(*side.engine)) == frame(0x8a, "now"));
  }
}
