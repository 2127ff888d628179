// A stream that fails at its N-th operation, for every N: upgrade and connection end, once, in
// words, and keep what came before.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "session/connection.h"
#include "session/upgrade.h"
#include "support/memory_stream.h"
#include "ws/handshake_request.h"

using namespace std::string_literals;
using namespace wscope;
using session::Connection;
using session::ConnectionOwner;
using session::Ending;
using session::Upgrade;

namespace {

const std::string kHello = "\x81\x05hello"s;
const std::string kPing = "\x89\x02pi"s;
const std::string kClose = "\x88\x02\x03\xe8"s;

struct Silent : EventSink {};

struct Owner : ConnectionOwner {
  Connection* connection = nullptr;
  std::size_t messages = 0;
  std::vector<Ending> endings;

  void connection_message(MessageType type, std::string_view data) override {
    CHECK(data == "hello");
    ++messages;
    connection->send(type, data);
  }
  void connection_ended(Ending ending) override { endings.push_back(std::move(ending)); }
};

/// The whole session with a fault at operation `fail_at`; true when the fault was reached.
bool run_connection(int fail_at, std::size_t chunk, std::size_t write_room, bool we_close) {
  CAPTURE(fail_at);
  CAPTURE(chunk);
  CAPTURE(we_close);
  asio::io_context loop{1};
  const auto wire = std::make_shared<test::Wire>();
  wire->fail_at = fail_at;
  wire->read_chunk = chunk;
  Owner owner;
  Connection connection(loop, std::make_unique<test::MemoryStream>(loop, wire),
                        Connection::Role::kClient, {}, 60, owner);
  owner.connection = &connection;
  std::size_t whole = 0;  // messages that had been delivered when the fault came
  const auto turn = [&] {
    for (int i = 0; i < 200; ++i) {
      wire->write_room = write_room;
      wire->wake();
      loop.restart();
      if (loop.poll() == 0) break;
    }
    if (wire->operations < fail_at) whole = owner.messages;
  };
  connection.start({});
  for (const std::string& bytes : {kHello, kPing + kHello, kHello.substr(0, 3)}) {
    wire->give(bytes);
    turn();
  }
  if (we_close) connection.close(1000, {});
  connection.settle();
  turn();
  wire->give(kHello.substr(3) + kClose);
  turn();
  wire->end();
  turn();
  const bool reached = wire->operations >= fail_at;
  REQUIRE(owner.endings.size() == 1);
  const Ending& ending = owner.endings[0];
  CHECK(owner.messages >= whole);
  CHECK(owner.messages <= 3);
  CHECK(wire->closed);
  // A fault behind the server's Close does not matter; before it, it is told.
  if (ending.closed.clean) {
    CHECK_FALSE(ending.error.has_value());
    CHECK(owner.messages == 3);
  } else {
    REQUIRE(ending.error.has_value());
    CHECK(ending.error->stage == Stage::kConnection);
    CHECK(ending.error->message.find("connection") == 0);
  }
  if (!reached) CHECK(ending.closed.clean);
  return reached;
}

bool run_upgrade(int fail_at, std::size_t chunk, const std::string& answer) {
  CAPTURE(fail_at);
  CAPTURE(chunk);
  asio::io_context loop{1};
  const auto wire = std::make_shared<test::Wire>();
  wire->fail_at = fail_at;
  wire->read_chunk = chunk;
  test::MemoryStream stream(loop, wire);
  const auto request = ws::write_request({"/", "h", {}, {}}, {}, {}, "0123456789abcdef");
  REQUIRE(request);
  Silent sink;
  Upgrade upgrade(stream, *request, sink);
  std::vector<Result<void>> results;
  upgrade.start([&](Result<void> result) { results.push_back(std::move(result)); });
  std::string bytes = answer;
  if (const auto at = bytes.find("{accept}"); at != bytes.npos) {
    bytes.replace(at, 8, ws::accept_for_key(request->key));
  }
  const auto turn = [&] {
    loop.restart();
    loop.poll();
  };
  turn();
  wire->give(bytes);
  turn();
  wire->end();
  turn();
  REQUIRE(results.size() == 1);
  const bool reached = wire->operations >= fail_at;
  if (!results[0]) {
    CHECK(results[0].error().stage == Stage::kHandshake);
    CHECK_FALSE(results[0].error().message.empty());
  } else {
    CHECK(upgrade.gate().rest() == kHello);
  }
  if (!reached) CHECK(results[0].has_value() == (answer.find("101") != answer.npos));
  return reached;
}

}  // namespace

TEST_CASE("a connection whose stream fails at any operation ends once, with what had come") {
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
    for (const std::size_t room : {std::size_t{1}, std::size_t{1000}}) {
      for (const bool we_close : {false, true}) {
        int fail_at = 1;
        while (run_connection(fail_at, chunk, room, we_close)) ++fail_at;
        CHECK(fail_at > 8);
      }
    }
  }
}

TEST_CASE("an upgrade whose stream fails at any operation ends once, in words") {
  const std::string accepted =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {accept}\r\n\r\n";
  const std::string refused = "HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\nwhy";
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
    for (const std::string& answer : {accepted + kHello, refused}) {
      // The rest of what came with the 101 is the connection's to read.
      if (answer != refused && chunk != 100000) continue;
      int fail_at = 1;
      while (run_upgrade(fail_at, chunk, answer)) ++fail_at;
      CHECK(fail_at > 2);
    }
  }
}
