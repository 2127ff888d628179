#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <optional>

#include "session/server_end.h"

using namespace wscope;
using namespace wscope::session;

namespace {

struct Server {
  asio::io_context loop{1};
  ServerEnd end{loop};

  void ends_by(const MessageOptions& options, std::optional<double> timeout = std::nullopt,
               bool once = false) {
    auto condition = EndCondition::create(options);
    REQUIRE(condition.has_value());
    end.set(std::move(*condition), timeout, once);
  }
};

MessageOptions count(std::uint64_t number) {
  MessageOptions options;
  options.count = number;
  return options;
}

}  // namespace

TEST_CASE("a server without a condition goes on, and whoever leaves it has missed nothing") {
  Server server;
  CHECK_FALSE(server.end.message("a"));
  CHECK_FALSE(server.end.reached());
  CHECK(server.end.left() == ExitStatus::kOk);
  server.ends_by({});
  CHECK_FALSE(server.end.message("a"));
  CHECK(server.end.left() == ExitStatus::kOk);
  CHECK(server.end.close_code() == 1001);
}

TEST_CASE("the clients are told 1000 once they have said enough, 1001 before") {
  Server server;
  server.ends_by(count(2));
  CHECK_FALSE(server.end.message("a"));
  CHECK(server.end.close_code() == 1001);
  CHECK(server.end.message("b"));
  CHECK(server.end.reached());
  CHECK(server.end.close_code() == 1000);
}

TEST_CASE("the one client of --once decides how the run ends") {
  Server server;
  server.ends_by({}, std::nullopt, true);
  CHECK_FALSE(server.end.takes_no_more());
  server.end.client_opened();
  CHECK(server.end.takes_no_more());
  Ending ending;
  CHECK(server.end.left_by_the_one(ending) == ExitStatus::kOk);
  ending.totals.messages_sent = 3;  // what was queued counts
  ending.undelivered = 2;
  const auto early = server.end.left_by_the_one(ending);
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().message == "client closed the connection first: 2 messages not delivered");
  ending.error = Error{Stage::kConnection, "connection lost", {}, {}};
  const auto lost = server.end.left_by_the_one(ending);
  REQUIRE_FALSE(lost.has_value());
  CHECK(lost.error().message == "connection lost; 1 message sent; 2 messages not delivered");
}

TEST_CASE("without --once any number of clients come") {
  Server server;
  server.ends_by({});
  server.end.client_opened();
  CHECK_FALSE(server.end.takes_no_more());
}

TEST_CASE("who leaves before enough has come is told what is missing") {
  Server server;
  server.ends_by(count(2));
  server.end.message("a");
  const auto left = server.end.left();
  REQUIRE_FALSE(left.has_value());
  CHECK(left.error().stage == Stage::kExpectation);
  CHECK(left.error().message == "1 of 2 messages came (--count)");
}

TEST_CASE("the first cause of an end decides") {
  Server server;
  CHECK_FALSE(server.end.begun());
  CHECK(server.end.begin(ExitStatus::kOk));
  CHECK_FALSE(server.end.begin(ExitStatus::kTerminated));
  CHECK(server.end.begun());
  CHECK(server.end.outcome() == ExitStatus::kOk);
}

TEST_CASE("a signal or --timeout that cuts an end short decides, the first of them") {
  Server server;
  CHECK(server.end.begin(ExitStatus::kOk));
  CHECK_FALSE(server.end.hurried());
  CHECK(server.end.hurry(ExitStatus::kInterrupted));
  CHECK(server.end.hurried());
  CHECK_FALSE(server.end.hurry(ExitStatus::kTerminated));
  CHECK(server.end.outcome() == ExitStatus::kInterrupted);
}

TEST_CASE("--timeout tells the error that is the run's, unless the run has ended") {
  for (const bool stopped : {false, true}) {
    Server server;
    server.ends_by({}, 0.01);
    std::optional<Error> told;
    server.end.start("ws://127.0.0.1:1/", [&](const Error& error) { told = error; });
    if (stopped) server.end.stop();
    server.loop.run();
    REQUIRE(told.has_value() == !stopped);
    if (!told) continue;
    CHECK(told->stage == Stage::kTimeout);
    CHECK(told->message == "out of time: ws://127.0.0.1:1/ did not end within 0.01 s");
  }
}
