// Large messages told in pieces (EngineSettings::largest_whole): whatever the pieces, they are the
// message; and what ends or fails does so as for an engine that tells whole messages.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/utf8.h"
#include "support/splits.h"
#include "ws/engine.h"
#include "ws/engine_fixture.h"

using namespace wscope;
using namespace wscope::ws;
using wscope::test::for_each_split;

namespace {

using Events = std::vector<std::string>;

const std::string kGreek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xf0\x9f\x98\x80!";  // 2, 3, 2, 4, 1 bytes

EngineSettings in_pieces(std::size_t largest_whole) {
  EngineSettings settings;
  settings.largest_whole = largest_whole;
  return settings;
}

/// The same events with pieces put together; what is left of a message without an end is dropped.
Events joined(const Events& events) {
  Events whole;
  std::string begun;
  for (const std::string& event : events) {
    const bool piece = event.rfind("piece ", 0) == 0;
    const bool last = event.rfind("last ", 0) == 0;
    if (!piece && !last) {
      whole.push_back(event);
      continue;
    }
    const std::string told = event.substr(event.find(' ') + 1);
    const std::size_t data = told.find(' ') + 1;
    if (begun.empty()) begun = told.substr(0, data);
    if (told.rfind("text ", 0) == 0) CHECK(is_valid_utf8(told.substr(data)));
    CHECK((last || told.size() > data));
    begun += told.substr(data);
    if (last) whole.push_back(std::exchange(begun, {}));
  }
  return whole;
}

/// Both engines on the same bytes, in every split: the one that tells pieces tells no less.
void compare(const std::string& wire, bool server, EngineSettings settings) {
  CAPTURE(server);
  for_each_split(wire, [&](const std::vector<std::string_view>& pieces) {
    settings.largest_whole = 4;
    Side piecemeal(server, settings);
    settings.largest_whole = EngineSettings().largest_whole;
    Side whole(server, settings);
    for (const std::string_view piece : pieces) {
      give(*piecemeal.engine, piece);
      give(*whole.engine, piece);
    }
    CHECK(joined(piecemeal.heard.events) == whole.heard.events);
    CHECK(piecemeal.engine->state() == whole.engine->state());
    CHECK(unmasked(take_output(*piecemeal.engine)) == unmasked(take_output(*whole.engine)));
    const auto& told = piecemeal.engine->counters();
    const auto& expected = whole.engine->counters();
    CHECK(told.messages_received == expected.messages_received);
    // What was told of a message without an end is counted, too.
    if (whole.engine->state() != Engine::State::kOpen) return;
    CHECK(told.payload_received == expected.payload_received);
    CHECK(told.wire_received == expected.wire_received);
  });
}

}  // namespace

TEST_CASE("a frame that is too large is told as it comes, in whole characters") {
  for (const bool server : {false, true}) {
    CAPTURE(server);
    Side side(server, in_pieces(4));
    const std::string wire = side.from_peer(0x81, kGreek);
    const std::size_t header = wire.size() - kGreek.size();
    give(*side.engine, std::string_view(wire).substr(0, header + 6));
    CHECK(side.heard.take() == Events{"piece text \xce\xba\xe1\xbd\xb9"});
    give(*side.engine, std::string_view(wire).substr(header + 6, 4));
    CHECK(side.heard.take() == Events{"piece text \xcf\x83"});
    give(*side.engine, std::string_view(wire).substr(header + 10));
    CHECK(side.heard.take() == Events{"last text \xf0\x9f\x98\x80!"});
    give(*side.engine, side.from_peer(0x81, "next") + side.from_peer(0x82, "\xff\xff\xff\xff\xff"));
    CHECK(side.heard.take() == Events{"text next", "last binary \xff\xff\xff\xff\xff"});
  }
}

TEST_CASE("fragments are told when they have become too large, and from then on as they come") {
  for (const bool server : {false, true}) {
    CAPTURE(server);
    Side side(server, in_pieces(4));
    give(*side.engine, side.from_peer(0x01, "\xce\xba\xe1\xbd"));
    CHECK(side.heard.take() == Events{});
    give(*side.engine, side.from_peer(0x00, "\xb9\xcf"));
    CHECK(side.heard.take() == Events{"piece text \xce\xba\xe1\xbd\xb9"});
    give(*side.engine, side.from_peer(0x89, "p"));
    CHECK(side.heard.take() == Events{"ping p"});
    give(*side.engine, side.from_peer(0x00, "\x83"));
    CHECK(side.heard.take() == Events{"piece text \xcf\x83"});
    give(*side.engine, side.from_peer(0x80, ""));
    CHECK(side.heard.take() == Events{"last text "});
    // The next message begins anew.
    give(*side.engine, side.from_peer(0x01, "ab") + side.from_peer(0x80, "cd"));
    CHECK(side.heard.take() == Events{"text abcd"});
  }
}

TEST_CASE("in any split the pieces are the message, or end like it") {
  const std::string cut = kGreek + "\xf0\x9f";
  const std::string bad = kGreek + "\xed\xa0\x80 and more";
  const std::string early = "abcdef\xf0\x80";  // wrong at its second byte, before it is whole
  for (const bool server : {false, true}) {
    const Side peer(server, {});
    const auto frames = [&](const std::vector<std::pair<int, std::string>>& list) {
      std::string wire;
      for (const auto& [first, payload] : list) wire += peer.from_peer(first, payload);
      return wire;
    };
    const std::string end = peer.from_peer(0x88, close_payload(1000));
    for (const std::string& text : {kGreek, kGreek + kGreek, cut, bad, early}) {
      CAPTURE(text);
      compare(frames({{0x81, text}, {0x81, "next"}}), server, {});
      compare(frames({{0x82, text}, {0x82, "next"}}), server, {});
      for (std::size_t at = 0; at <= text.size(); ++at) {
        compare(frames({{0x01, text.substr(0, at)}, {0x89, "p"}, {0x80, text.substr(at)}}) + end,
                server, {});
      }
    }
    // A frame in the middle that can't be there; a Close there can.
    compare(frames({{0x01, "abcdefg"}, {0x81, "hijklmn"}}), server, {});
    compare(frames({{0x01, "abcdefg"}}) + end, server, {});
    // 1009: by the frame's header, and by the sum of the fragments.
    EngineSettings small;
    small.max_message_size = 8;
    compare(frames({{0x81, "12345678"}, {0x81, "123456789"}}), server, small);
    compare(frames({{0x01, "123456"}, {0x80, "78"}, {0x01, "123456"}, {0x80, "789"}}), server,
            small);
    small.max_message_size = 3;  // smaller than what is told whole
    compare(frames({{0x81, "123"}, {0x81, "1234"}}), server, small);
  }
}

TEST_CASE("compressed messages, too, and their sizes are those of what they inflate to") {
  EngineSettings settings;
  settings.deflate = DeflateAgreement{};
  settings.deflate->threshold = 1;
  const std::string text = kGreek + kGreek + "and so on " + kGreek + std::string(40, 'x');
  std::string from_server;
  for (const bool server : {false, true}) {
    Side peer(!server, settings);
    const auto sent = [&](MessageType type, std::string_view data) {
      CHECK((type == MessageType::kText ? peer.engine->send_text(data)
                                        : peer.engine->send_binary(data)));
      return take_output(*peer.engine);
    };
    const std::string first = sent(MessageType::kText, text) + sent(MessageType::kText, "next");
    std::string bad = sent(MessageType::kBinary, text + "\xff");
    const std::string wire = first + bad + sent(MessageType::kText, text);
    compare(wire, server, settings);
    for (const std::size_t limit : {text.size(), text.size() - 1}) {
      settings.max_message_size = limit;
      compare(wire, server, settings);
    }
    settings.max_message_size = EngineSettings().max_message_size;
    bad[0] = '\xc1';  // as text it is bad at its last byte
    compare(first + bad, server, settings);
    if (!server) from_server = wire;
  }
  Side client(false, settings);
  settings.largest_whole = 4;
  Side piecemeal(false, settings);
  for (const char byte : from_server) {
    give(*client.engine, std::string_view(&byte, 1));
    give(*piecemeal.engine, std::string_view(&byte, 1));
  }
  CHECK(piecemeal.heard.events.size() > client.heard.events.size() + 10);
  CHECK(piecemeal.engine->counters().inflated == client.engine->counters().inflated);
  CHECK(piecemeal.engine->counters().compressed_in == client.engine->counters().compressed_in);
}

TEST_CASE("of what grows like a bomb nothing is told before its end") {
  EngineSettings settings = in_pieces(std::size_t{1} << 20);
  settings.deflate = DeflateAgreement{};
  settings.max_message_size = std::size_t{16} << 20;
  Side server(true, settings);
  CHECK(server.engine->send_binary(std::string(std::size_t{20} << 20, 'x')));
  const std::string bomb = take_output(*server.engine);
  Side client(false, settings);
  for (std::size_t at = 0; at < bomb.size(); at += 1000) {
    give(*client.engine, std::string_view(bomb).substr(at, 1000));
  }
  CHECK(client.heard.take() == Events{"failed 1009 message is larger than 16777216 bytes"});
}

TEST_CASE("the listener may close within a piece: the rest is told") {
  struct Closer : Recorder {
    Engine* engine = nullptr;
    void on_piece(MessageType type, std::string_view data, bool last) override {
      Recorder::on_piece(type, data, last);
      engine->close(1000, {});
    }
  } closer;
  const auto engine = Engine::client(in_pieces(4), closer);
  closer.engine = engine.get();
  const std::string wire = frame(0x81, "abcdefgh");
  give(*engine, std::string_view(wire).substr(0, 6));
  give(*engine, std::string_view(wire).substr(6));
  CHECK(closer.events == Events{"piece text abcd", "last text efgh"});
  CHECK(engine->state() == Engine::State::kClosing);
}

TEST_CASE("a message of any size costs no memory where it is told in pieces") {
  Side side(false, in_pieces(std::size_t{1} << 20));
  side.heard.events.reserve(100);
  const std::size_t before = side.engine->receive_buffer().size;
  std::string head = frame(0x82, {});
  head[1] = 127;
  head += std::string("\0\0\0\0\x02\0\0\0", 8);  // 32 MiB
  give(*side.engine, head);
  const std::string block(std::size_t{100} << 10, 'x');
  for (int i = 0; i < 300; ++i) {
    give(*side.engine, block);
    side.heard.take();
  }
  CHECK(side.engine->receive_buffer().size == before);
}
