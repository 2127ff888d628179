#include <doctest/doctest.h>

#include "session/run_outcome.h"

using namespace wscope;
using namespace wscope::session;

namespace {

Ending lost() {
  Ending ending;
  ending.error = Error{Stage::kConnection, "connection lost", {}, {}};
  return ending;
}

std::string words(const Ending& ending, const RunFacts& facts) {
  const auto result = run_outcome(ending, facts);
  return result ? "status " + std::to_string(static_cast<int>(*result)) : result.error().message;
}

}  // namespace

TEST_CASE("an end with nothing left over is status 0") { CHECK(words({}, {}) == "status 0"); }

TEST_CASE("a signal comes before all else, then our own failure, then what was enough") {
  RunFacts facts;
  facts.undelivered = 1;
  facts.shortfall = "too few";
  facts.enough = true;
  CHECK(words(lost(), facts) == "status 0");
  facts.failure = Error{Stage::kOutput, "can't write", {}, {}};
  CHECK(words(lost(), facts) == "can't write");
  facts.signal = ExitStatus::kInterrupted;
  CHECK(words(lost(), facts) == "status 130");
}

TEST_CASE("a lost connection tells what became of the messages") {
  RunFacts facts;
  CHECK(words(lost(), facts) == "connection lost");
  facts.sent = 1;
  facts.undelivered = 2;
  facts.in_flight = 1;
  CHECK(words(lost(), facts) ==
        "connection lost; 1 message sent; 2 messages not delivered; 1 message in flight: whether "
        "they arrived is unknown");
  Ending closed = lost();
  closed.closed.clean = true;
  facts.in_flight = 0;
  CHECK(words(closed, facts) == "connection lost; 2 messages not delivered");
}

TEST_CASE("who leaves the prompt has not failed by the peer's manners") {
  RunFacts facts;
  facts.left = true;
  CHECK(words(lost(), facts) == "status 0");
  facts.shortfall = "too few";
  CHECK(words(lost(), facts) == "too few");
  facts.failure = Error{Stage::kOutput, "can't write", {}, {}};
  CHECK(words(lost(), facts) == "can't write");
}

TEST_CASE("a message that was cut makes no good end") {
  RunFacts facts;
  facts.cut = true;
  const std::string cut = "; the last message on stdout is incomplete";
  CHECK(words(lost(), facts) == "connection lost" + cut);
  CHECK(words({}, facts) == "server closed the connection" + cut);
  CHECK(run_outcome({}, facts).error().stage == Stage::kConnection);
  Ending ours;
  ours.closed.first = Direction::kSent;
  CHECK(words(ours, facts) == "connection closed" + cut);
  facts.undelivered = 1;
  CHECK(words(ours, facts) == "connection closed: 1 message not delivered" + cut);
  facts.enough = true;  // `| head -c 100`
  CHECK(words(lost(), facts) == "status 0");
  facts.failure = Error{Stage::kTimeout, "out of time", {}, {}};
  CHECK(words(lost(), facts) == "out of time" + cut);
}

TEST_CASE("what is missing after silence has a hint at -w, where the silence was the end") {
  Ending ours;
  ours.closed.first = Direction::kSent;
  RunFacts facts;
  facts.shortfall = "0 of 1 messages came (--count)";
  const auto hint = [&](const Ending& ending) { return run_outcome(ending, facts).error().hint; };
  CHECK(hint(ours).empty());
  facts.silence = 1;
  CHECK(hint(ours) ==
        "nothing came for 1 s (-w): -w 10 waits longer, -w -1 until the server closes");
  CHECK(words(ours, facts) == facts.shortfall);
  facts.silence = 7.5;
  CHECK(hint(ours) ==
        "nothing came for 7.5 s (-w): -w 15 waits longer, -w -1 until the server closes");
  facts.silence = 0;
  CHECK(hint(ours) == "-w 0 waits for nothing: -w 10 waits longer, -w -1 until the server closes");
  Ending theirs;  // its Close was under way when ours went
  theirs.closed.first = Direction::kReceived;
  CHECK(hint(theirs).empty());
  facts.undelivered = 1;  // another reason comes first
  CHECK(hint(ours) == "the input had closed it before");
}

TEST_CASE("without an error what is missing decides") {
  RunFacts facts;
  facts.refused = 3;
  CHECK(words({}, facts) == "3 messages could not be sent");
  CHECK(run_outcome({}, facts).error().stage == Stage::kInput);
  facts.shortfall = "1 of 2 messages came (--count)";
  CHECK(words({}, facts) == facts.shortfall);
  CHECK(run_outcome({}, facts).error().stage == Stage::kExpectation);
  facts.undelivered = 1;
  CHECK(words({}, facts) == "server closed the connection first: 1 message not delivered");
  CHECK(run_outcome({}, facts).error().stage == Stage::kConnection);
  Ending ours;
  ours.closed.first = Direction::kSent;
  facts.undelivered_goes_on = true;
  CHECK(words(ours, facts) == "connection closed: at least 1 message not delivered");
  CHECK(run_outcome(ours, facts).error().stage == Stage::kInput);  // /close, and more behind it
}
