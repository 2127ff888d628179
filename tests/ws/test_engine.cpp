#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ws/engine.h"
#include "ws/engine_fixture.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

using Events = std::vector<std::string>;

/// A client and a server engine; carry() moves bytes until both are silent.
struct Pair {
  Recorder client_side;
  Recorder server_side;
  std::unique_ptr<Engine> client;
  std::unique_ptr<Engine> server;

  explicit Pair(EngineSettings client_settings = {}, EngineSettings server_settings = {},
                const std::string& more_head = {}) {
    server = Engine::server(server_settings, server_side);
    give(*server, request_head(more_head));
    const std::string response = take_output(*server);
    REQUIRE(response.substr(0, 12) == "HTTP/1.1 101");
    REQUIRE(server_side.take() == Events{"open"});
    client = Engine::client(client_settings, client_side);
  }
  void carry() {
    while (!client->output().empty() || !server->output().empty()) {
      give(*server, take_output(*client));
      give(*client, take_output(*server));
    }
  }
};

}  // namespace

TEST_CASE("a client engine is open at once and writes no request") {
  Recorder heard;
  const auto engine = Engine::client({}, heard);
  CHECK(engine->state() == Engine::State::kOpen);
  CHECK(engine->output().empty());
  CHECK(engine->receive_buffer().size >= 65536);
}

TEST_CASE("whole messages go both ways, in order, with controls between them") {
  Pair pair;
  CHECK(pair.client->send_text("hello"));
  CHECK(pair.client->send_ping("p"));
  CHECK(pair.client->send_binary(std::string_view("\0\1", 2)));
  CHECK(pair.client->send_text(""));
  pair.carry();
  CHECK(pair.server_side.take() ==
        Events{"text hello", "ping p", std::string("binary \0\1", 9), "text "});
  CHECK(pair.client_side.take() == Events{"pong p"});
  CHECK(pair.server->send_text("h\xc3\xa9"));
  CHECK(pair.server->send_pong("unasked"));
  pair.carry();
  CHECK(pair.client_side.take() == Events{"text h\xc3\xa9", "pong unasked"});
}

TEST_CASE("closing: either side, with and without a code") {
  Pair pair;
  SUBCASE("client, 1000 and a reason") {
    CHECK(pair.client->close(1000, "bye"));
    CHECK(pair.client->state() == Engine::State::kClosing);
    CHECK_FALSE(pair.client->send_text("late"));
    pair.carry();
    CHECK(pair.server_side.take() == Events{"close 1000 bye"});
    CHECK(pair.client_side.take() == Events{"close 1000 bye"});
  }
  SUBCASE("server, no code") {
    CHECK(pair.server->close(std::nullopt, ""));
    pair.carry();
    CHECK(pair.server_side.take() == Events{"close"});
    CHECK(pair.client_side.take() == Events{"close"});
  }
  SUBCASE("both at once") {
    CHECK(pair.client->close(1001, ""));
    CHECK(pair.server->close(4000, "x"));
    pair.carry();
    CHECK(pair.server_side.take() == Events{"close 1001"});
    CHECK(pair.client_side.take() == Events{"close 4000 x"});
  }
  CHECK(pair.client->state() == Engine::State::kClosed);
  CHECK(pair.server->state() == Engine::State::kClosed);
}

TEST_CASE("large messages, with and without deflate") {
  EngineSettings client_settings;
  EngineSettings server_settings;
  std::string offer;
  SUBCASE("plain") {}
  SUBCASE("deflate") {
    client_settings.deflate = DeflateAgreement{};
    server_settings.server_deflate = DeflateOffer{};
    offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  }
  Pair pair(client_settings, server_settings, offer);
  pair.server_side.echo = pair.server.get();
  for (const std::size_t size : {1u, 125u, 126u, 65535u, 65536u, 300000u, 5000000u}) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 7919);
    text.resize(size);
    CHECK(pair.client->send_text(text));
    CHECK(pair.client->send_binary(text));
    pair.carry();
    CHECK(pair.client_side.take() == Events{"text " + text, "binary " + text});
    pair.server_side.take();
  }
  if (!offer.empty()) CHECK(pair.client->counters().compressed_out > 0);
}

TEST_CASE("a message in a buffer of its own: a large one is not copied") {
  EngineSettings client_settings;
  EngineSettings server_settings;
  std::string offer;
  bool may_be_taken = true;
  SUBCASE("plain") {}
  SUBCASE("deflate") {
    client_settings.deflate = DeflateAgreement{};
    server_settings.server_deflate = DeflateOffer{};
    offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    may_be_taken = false;
  }
  Pair pair(client_settings, server_settings, offer);
  for (const bool from_client : {true, false}) {
    Engine& sender = from_client ? *pair.client : *pair.server;
    Recorder& hearer = from_client ? pair.server_side : pair.client_side;
    const EngineCounters before = sender.counters();
    std::uint64_t payload = 0;
    for (const std::size_t size : {0u, 1u, 125u, 70000u, 1048575u, 1048576u, 3000001u}) {
      for (const bool front : {true, false}) {
        for (const bool behind_another : {false, true}) {
          CAPTURE(size);
          CAPTURE(front);
          CAPTURE(behind_another);
          const std::string text = "\xc3\xa9" + std::string(size, 'x');
          ByteBuffer message;
          if (front) message.leave_front();
          message.append(text);
          const char* const where = message.data();
          if (behind_another) CHECK(sender.send_text("another"));
          CHECK(sender.send_whole(MessageType::kText, message));
          payload += text.size();
          const std::string_view out = sender.output();
          const bool taken = out.data() <= where && where < out.data() + out.size();
          CHECK(taken == (may_be_taken && front && !behind_another && text.size() >= 1048576));
          CHECK(sender.send_ping("behind it"));
          pair.carry();
          Events expected{"text " + text, "ping behind it"};
          if (behind_another) expected.insert(expected.begin(), "text another");
          CHECK(hearer.take() == expected);
        }
      }
    }
    CHECK(sender.counters().messages_sent - before.messages_sent == 7 * 4 + 7 * 2);
    CHECK(sender.counters().payload_sent - before.payload_sent == payload + 14 * 7);
    pair.client_side.take();
    pair.server_side.take();
  }
  CHECK(pair.client->counters().wire_sent == pair.server->counters().wire_received);
  CHECK(pair.server->counters().wire_sent == pair.client->counters().wire_received);

  ByteBuffer late;
  late.append("late");
  pair.client->close(1000, "");
  CHECK_FALSE(pair.client->send_whole(MessageType::kBinary, late));
  CHECK(late.view() == "late");
}
