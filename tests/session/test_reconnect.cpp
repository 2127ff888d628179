// Backoff, Outbox and Reconnect: pure, no clock and no socket.
#include <doctest/doctest.h>

#include "session/outbox.h"
#include "session/reconnect.h"

using wscope::Direction;
using wscope::Error;
using wscope::LivenessOptions;
using wscope::MessageType;
using wscope::Stage;
using wscope::session::Backoff;
using wscope::session::Ending;
using wscope::session::Outbox;
using wscope::session::Reconnect;

TEST_CASE("the back-off doubles up to its ceiling, with full jitter") {
  Backoff backoff;
  const double half = 0.5;
  const double expected[] = {0.5, 1, 2, 4, 8, 15, 15, 15};
  for (const double wait : expected)
    CHECK(backoff.next(half, std::nullopt) == doctest::Approx(wait));
  CHECK(backoff.next(0, std::nullopt) == 0);
  CHECK(backoff.attempts() == 9);
  backoff.reset();
  CHECK(backoff.next(half, std::nullopt) == doctest::Approx(0.5));
}

TEST_CASE("Retry-After is the least wait") {
  Backoff backoff;
  CHECK(backoff.next(0.1, 7.0) == 7.0);
  CHECK(backoff.next(0.9, 0.5) == doctest::Approx(1.8));
}

TEST_CASE("what ends a row of attempts") {
  LivenessOptions options;
  options.reconnect = true;
  options.reconnect_max = 2;
  Reconnect reconnect(options);
  const auto fails = [&] { reconnect.next_wait(std::nullopt); };
  fails();
  reconnect.lived(0.5);  // opened, and gone at once
  CHECK(reconnect.attempts() == 1);
  fails();
  CHECK_FALSE(reconnect.worth_after(Ending()));
  reconnect.lived(5);  // nothing was said, and it held
  CHECK(reconnect.attempts() == 0);
  CHECK(reconnect.worth_after(Ending()));
  fails();
  reconnect.held();
  CHECK(reconnect.attempts() == 0);
}

TEST_CASE("the outbox knows queued, in flight and delivered") {
  Outbox outbox;
  outbox.add(MessageType::kText, "a");
  outbox.add(MessageType::kBinary, "b");
  outbox.add(MessageType::kText, "c");
  CHECK_FALSE(outbox.mark().has_value());  // not everything is written
  outbox.written_but(1);
  CHECK(outbox.in_flight() == 2);

  SUBCASE("a loss gives back what was not sent, and only that") {
    const auto unsent = outbox.take_unsent();
    REQUIRE(unsent.size() == 1);
    CHECK(unsent[0].data == "c");
    CHECK(outbox.in_flight() == 0);
    CHECK(outbox.take_unsent().empty());
  }
  SUBCASE("the pong of a mark confirms what was written before it") {
    outbox.written_but(0);
    const auto mark = outbox.mark();
    REQUIRE(mark.has_value());
    CHECK_FALSE(outbox.mark().has_value());  // one at a time
    outbox.add(MessageType::kText, "d");
    outbox.written_but(0);
    CHECK_FALSE(outbox.confirm("other"));
    CHECK(outbox.confirm(*mark));
    CHECK(outbox.in_flight() == 1);
    CHECK_FALSE(outbox.confirm(*mark));
    CHECK(outbox.mark() != mark);
  }
}

TEST_CASE("which ends are worth another attempt") {
  LivenessOptions options;
  options.reconnect = true;
  Reconnect reconnect(options);

  Ending lost;
  lost.error = Error{Stage::kConnection, "lost", {}, {}};
  CHECK(reconnect.worth_after(lost));

  Ending closed;
  closed.closed.first = Direction::kReceived;
  CHECK_FALSE(reconnect.worth_after(closed));  // no code
  closed.closed.code = 1000;
  CHECK_FALSE(reconnect.worth_after(closed));
  for (const int code : {1001, 1011, 1012, 4000}) {
    closed.closed.code = static_cast<std::uint16_t>(code);
    CHECK(reconnect.worth_after(closed));
  }
  closed.closed.first = Direction::kSent;  // we failed the connection
  closed.closed.code = 1002;
  CHECK_FALSE(reconnect.worth_after(closed));

  const auto again = [&](Stage stage, std::optional<int> status) {
    return reconnect.worth_after(Error{stage, "", {}, {}}, {status, std::nullopt});
  };
  CHECK(again(Stage::kConnect, std::nullopt));
  CHECK(again(Stage::kResolve, std::nullopt));
  CHECK(again(Stage::kTimeout, std::nullopt));
  CHECK(again(Stage::kHandshake, 503));
  CHECK(again(Stage::kHandshake, 429));
  CHECK_FALSE(again(Stage::kHandshake, 401));
  CHECK_FALSE(again(Stage::kHandshake, 101));
  CHECK_FALSE(again(Stage::kTls, std::nullopt));
  CHECK_FALSE(again(Stage::kUsage, std::nullopt));

  // Where the stage does not tell, who made the error does.
  const auto told = [&](Stage stage, bool transient) {
    return reconnect.worth_after(Error{stage, "", {}, {}, transient}, {});
  };
  CHECK(told(Stage::kTls, true));
  CHECK_FALSE(told(Stage::kProxy, false));
  CHECK_FALSE(told(Stage::kHandshake, false));
}

TEST_CASE("--reconnect-max counts attempts in a row") {
  LivenessOptions options;
  options.reconnect = true;
  options.reconnect_max = 2;
  Reconnect reconnect(options);
  Ending lost;
  CHECK(reconnect.worth_after(lost));
  reconnect.next_wait(std::nullopt);
  reconnect.next_wait(std::nullopt);
  CHECK_FALSE(reconnect.worth_after(lost));
  reconnect.held();
  CHECK(reconnect.worth_after(lost));
}

TEST_CASE("without --reconnect nothing is tried again") {
  const LivenessOptions options;
  CHECK_FALSE(Reconnect(options).worth_after(Ending{}));
}

TEST_CASE("what a dialect said is said again as it was typed, its own messages are not") {
  Outbox outbox;
  outbox.add_other();  // a heartbeat
  outbox.add_other();
  outbox.add_other();
  outbox.completes(MessageType::kText, "blob {}");  // two messages, one line
  outbox.add_other();
  outbox.completes(MessageType::kText, "hello");
  outbox.written_but(3);
  CHECK(outbox.in_flight() == 0);
  outbox.written_but(2);  // one of two: the line is not whole
  {
    Outbox lost = outbox;
    const auto unsent = lost.take_unsent();
    REQUIRE(unsent.size() == 2);
    CHECK(unsent[0].data == "blob {}");
    CHECK(unsent[1].data == "hello");
  }
  outbox.written_but(1);
  CHECK(outbox.in_flight() == 1);
  outbox.add_other();
  const auto unsent = outbox.take_unsent();
  REQUIRE(unsent.size() == 1);
  CHECK(unsent[0].data == "hello");
}
