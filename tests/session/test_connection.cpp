// Connection over a stream in memory: the peer's bytes are literals (RFC 6455 5.2).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "session/connection.h"
#include "support/memory_stream.h"

using wscope::Direction;
using wscope::MessageType;
using wscope::Stage;
using wscope::session::Connection;
using wscope::session::ConnectionOwner;
using wscope::session::Ending;
using namespace std::string_literals;

namespace {

const std::string kHello = "\x81\x05hello"s;
const std::string kClose1000 = "\x88\x02\x03\xe8"s;

struct Owner : ConnectionOwner {
  std::vector<std::string> messages;
  std::optional<Ending> ending;
  int drained = 0;
  int room = 0;
  bool may_read = true;
  std::function<void()> on_message;

  void connection_message(MessageType, std::string_view data) override {
    messages.emplace_back(data);
    if (on_message) on_message();
  }
  void connection_ended(Ending end) override {
    CHECK_FALSE(ending.has_value());
    ending = std::move(end);
  }
  void connection_drained() override { ++drained; }
  void connection_has_room() override { ++room; }
  bool connection_may_read() override { return may_read; }
  void connection_wire(Direction, std::string_view bytes) override { seen += bytes; }

  std::string seen;  // on the wire
};

struct Harness {
  asio::io_context loop{1};
  std::shared_ptr<wscope::test::Wire> wire = std::make_shared<wscope::test::Wire>();
  Owner owner;
  std::unique_ptr<Connection> connection;

  explicit Harness(double close_timeout = 60) {
    connection = std::make_unique<Connection>(
        loop, std::make_unique<wscope::test::MemoryStream>(loop, wire), Connection::Role::kClient,
        wscope::ws::EngineSettings{}, close_timeout, owner);
  }
  /// Runs what is ready; deadlines in the future stay.
  void turn() {
    loop.restart();
    loop.poll();
  }
  /// Opcodes of the (masked, small) frames written so far.
  std::string opcodes() const {
    std::string found;
    for (std::size_t i = 0; i + 1 < wire->outgoing.size();) {
      found += static_cast<char>('0' + (wire->outgoing[i] & 0x0f));
      i += 6 + (static_cast<std::size_t>(wire->outgoing[i + 1]) & 0x7f);
    }
    return found;
  }
};

}  // namespace

TEST_CASE("messages that came with the response head are delivered") {
  Harness h;
  h.connection->start(kHello);
  h.turn();
  CHECK(h.owner.messages == std::vector<std::string>{"hello"});
}

TEST_CASE("the wire is shown from when it is asked for, and not before") {
  Harness h;
  h.connection->start({});
  h.wire->give(kHello);
  h.connection->send(MessageType::kText, "hi");
  h.connection->settle();
  h.turn();
  CHECK(h.owner.messages.size() == 1);
  CHECK(h.owner.seen.empty());
  h.connection->observe_wire(true);
  h.wire->give(kHello);
  h.turn();
  CHECK(h.owner.seen == kHello);
}

TEST_CASE("messages arrive whole, however the stream splits them") {
  for (const std::size_t chunk : {1, 2, 3, 7, 1000}) {
    CAPTURE(chunk);
    Harness h;
    h.wire->read_chunk = chunk;
    h.connection->start({});
    h.wire->give(kHello + kHello);
    h.turn();
    CHECK(h.owner.messages == std::vector<std::string>{"hello", "hello"});
  }
}

TEST_CASE("the server's Close is answered and ends the connection once TCP ends") {
  Harness h;
  h.connection->start({});
  h.wire->give(kHello + kClose1000);
  h.turn();
  CHECK(h.opcodes() == "8");
  CHECK_FALSE(h.owner.ending.has_value());
  h.wire->end();
  h.turn();
  REQUIRE(h.owner.ending.has_value());
  CHECK_FALSE(h.owner.ending->error.has_value());
  CHECK(h.owner.ending->closed.first == Direction::kReceived);
  CHECK(h.owner.ending->closed.code == 1000);
  CHECK(h.owner.ending->closed.clean);
}

TEST_CASE("our Close: messages before the server's Close are still delivered") {
  Harness h;
  h.connection->start({});
  h.turn();
  h.connection->close(1000, {});
  h.connection->settle();
  h.wire->give(kHello + "\x89\x01x"s + kClose1000);
  h.wire->end();
  h.turn();
  CHECK(h.owner.messages == std::vector<std::string>{"hello"});
  CHECK(h.opcodes() == "8:");  // Close, then the Pong (opcode 10)
  REQUIRE(h.owner.ending.has_value());
  CHECK_FALSE(h.owner.ending->error.has_value());
  CHECK(h.owner.ending->closed.first == Direction::kSent);
}

TEST_CASE("a lost connection is an error that says how") {
  Harness h;
  h.connection->start({});
  SUBCASE("ended without a Close") {
    h.wire->end();
    h.turn();
    REQUIRE(h.owner.ending.has_value());
    REQUIRE(h.owner.ending->error.has_value());
    CHECK(h.owner.ending->error->message == "connection lost: the peer ended it without a Close");
  }
  SUBCASE("reset") {
    h.wire->fail(std::make_error_code(std::errc::connection_reset));
    h.turn();
    REQUIRE(h.owner.ending.has_value());
    REQUIRE(h.owner.ending->error.has_value());
    CHECK(h.owner.ending->error->message == "connection lost: Connection reset by peer");
  }
  CHECK(h.owner.ending->error->stage == Stage::kConnection);
  CHECK_FALSE(h.owner.ending->closed.first.has_value());
}

TEST_CASE("an abnormal close code is an error with the code, its name and the reason") {
  Harness h;
  h.connection->start({});
  h.wire->give(
      "\x88\x09\x03\xf3"
      "restart"s);
  h.wire->end();
  h.turn();
  REQUIRE(h.owner.ending.has_value());
  REQUIRE(h.owner.ending->error.has_value());
  CHECK(h.owner.ending->error->message ==
        "server closed the connection: 1011 (internal error) \"restart\"");
}

TEST_CASE("a server that never answers our Close meets the deadline") {
  Harness h(0);
  h.connection->start({});
  h.connection->close(1000, {});
  h.connection->settle();
  h.loop.restart();
  h.loop.run_for(std::chrono::seconds(5));
  REQUIRE(h.owner.ending.has_value());
  REQUIRE(h.owner.ending->error.has_value());
  CHECK(h.owner.ending->error->message ==
        "connection closed without an answer to our Close within 0 s");
}

TEST_CASE("a peer that reads nothing: output is kept, counted, and room is told once") {
  Harness h;
  h.wire->write_room = 0;
  h.connection->start({});
  const std::string large(Connection::kHighWater, 'x');
  CHECK(h.connection->send(MessageType::kText, large));
  CHECK(h.connection->send(MessageType::kText, "tail"));
  CHECK_FALSE(h.connection->has_room());
  h.connection->settle();
  h.turn();
  CHECK(h.owner.room == 0);
  SUBCASE("it reads at last") {
    h.connection->tell_when_drained();
    h.wire->write_room = 2 * large.size();
    h.wire->wake();
    h.turn();
    CHECK(h.owner.room == 1);
    CHECK(h.owner.drained == 1);
  }
  SUBCASE("it goes: what was not written is counted") {
    h.wire->fail(std::make_error_code(std::errc::connection_reset));
    h.turn();
    REQUIRE(h.owner.ending.has_value());
    CHECK(h.owner.ending->undelivered == 2);
  }
  SUBCASE("it takes the first and goes") {
    h.wire->write_room = large.size() + 14;
    h.wire->wake();
    h.turn();
    h.wire->fail(std::make_error_code(std::errc::connection_reset));
    h.turn();
    REQUIRE(h.owner.ending.has_value());
    CHECK(h.owner.ending->undelivered == 1);
  }
}

TEST_CASE("reading stops while the owner says so and goes on with settle()") {
  Harness h;
  h.owner.may_read = false;
  h.connection->start({});
  h.wire->give(kHello);
  h.turn();
  CHECK(h.owner.messages.empty());
  h.owner.may_read = true;
  h.connection->settle();
  h.turn();
  CHECK(h.owner.messages.size() == 1);
}

TEST_CASE("a violation is answered with its code, a FIN, and told") {
  Harness h;
  h.connection->start({});
  h.wire->give("\x83\x00"s);  // reserved opcode 3
  h.wire->end();
  h.turn();
  CHECK(h.opcodes() == "8");
  CHECK(h.wire->shut);
  REQUIRE(h.owner.ending.has_value());
  REQUIRE(h.owner.ending->error.has_value());
  CHECK(h.owner.ending->error->stage == Stage::kConnection);
  CHECK(h.owner.ending->closed.code == 1002);
}

TEST_CASE("a fault at every operation of a session ends it once and keeps what came before") {
  for (int n = 1; n < 12; ++n) {
    CAPTURE(n);
    Harness h;
    h.wire->fail_at = n;
    h.wire->read_chunk = 4;
    h.connection->start({});
    h.connection->send(MessageType::kText, "one");
    h.connection->settle();
    h.wire->give(kHello + kHello + kClose1000);
    h.wire->end();
    h.turn();
    REQUIRE(h.owner.ending.has_value());
    if (h.owner.ending->closed.clean) CHECK(h.owner.messages.size() == 2);
    if (h.owner.messages.size() < 2) CHECK(h.owner.ending->error.has_value());
  }
}
