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
