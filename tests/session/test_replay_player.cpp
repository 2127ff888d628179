// The pace of a replay, with a clock that the test moves.
#include <doctest/doctest.h>

#include <string>

#include "recorded.h"
#include "session/replay_player.h"

using namespace wscope;
using namespace wscope::session;
using Step = ReplayPlayer::Step;

namespace {

/// "play a", "wait 3.5", "wait" or "end".
std::string step(ReplayPlayer& player, double now) {
  const Step step = player.next(now);
  if (step.kind == Step::Kind::kEnd) return "end";
  if (step.kind == Step::Kind::kWait) {
    if (!step.until) return "wait";
    char text[32];
    std::snprintf(text, sizeof text, "wait %g", *step.until);
    return text;
  }
  const auto kind = step.event->kind;
  using Kind = input::RecordedEvent::Kind;
  if (kind == Kind::kClose) return "close " + std::to_string(*step.event->code);
  return (kind == Kind::kPong ? "pong " : "play ") + step.event->data;
}

const std::string kTalk = opened(10) + said(11, "send", "a") + said(11.5, "recv", "A") +
                          said(13, "send", "b") + said(13.5, "recv", "B") +
                          close_line(16, "send", 1000);

}  // namespace

TEST_CASE("a factor of words") {
  CHECK(replay_factor("") == 1);
  CHECK(replay_factor("2x") == 2);
  CHECK(replay_factor("0.5x") == 0.5);
  CHECK(replay_factor("4") == 4);
  CHECK(replay_factor("max") == 0);
}

TEST_CASE("a client's part at the recorded pace, from the opening on") {
  ReplayManner manner;
  ReplayPlayer player(recorded(kTalk), manner);
  player.start(100);
  CHECK(player.left() == 2);
  CHECK(step(player, 100) == "wait 101");
  CHECK(step(player, 100.9) == "wait 101");
  CHECK(step(player, 101) == "play a");
  CHECK(step(player, 101) == "wait 103");
  // Nothing came, and b goes out all the same; late, b does not delay what follows.
  CHECK(step(player, 104) == "play b");
  CHECK(player.left() == 0);
  player.heard(104.1);
  player.heard(104.2);
  CHECK(step(player, 104.2) == "wait 106");
  CHECK(step(player, 106) == "close 1000");
  CHECK(step(player, 106) == "end");
}

TEST_CASE("twice as fast, half as fast, without pauses") {
  ReplayManner manner;
  manner.factor = 2;
  ReplayPlayer fast(recorded(kTalk), manner);
  fast.start(0);
  CHECK(step(fast, 0) == "wait 0.5");
  CHECK(step(fast, 0.5) == "play a");
  CHECK(step(fast, 0.5) == "wait 1.5");
  manner.factor = 0.5;
  ReplayPlayer slow(recorded(kTalk), manner);
  slow.start(0);
  CHECK(step(slow, 0) == "wait 2");
  manner.factor = 0;
  manner.patience = 1;
  ReplayPlayer max(recorded(kTalk), manner);
  max.start(7);
  CHECK(step(max, 7) == "play a");
  CHECK(step(max, 7) == "play b");
  // The Close must not cut the answers off.
  CHECK(step(max, 7) == "wait 8");
  CHECK_FALSE(max.heard(7.5));
  CHECK(step(max, 8) == "wait 8.5");
  CHECK(max.heard(8.1));
  CHECK(step(max, 8.1) == "close 1000");
  CHECK(step(max, 8.1) == "end");
}

TEST_CASE("the Close waits no longer than patience") {
  ReplayManner manner;
  manner.factor = 0;
  manner.patience = 1;
  ReplayPlayer player(recorded(kTalk), manner);
  player.start(0);
  step(player, 0);
  step(player, 0);
  CHECK(step(player, 0.99) == "wait 1");
  CHECK(step(player, 1) == "close 1000");
}

TEST_CASE("a client that verifies sends nothing before the answers that it had") {
  ReplayManner manner;
  manner.factor = 0;
  manner.waits = true;
  manner.patience = 2;
  ReplayPlayer player(recorded(kTalk), manner);
  player.start(0);
  CHECK(step(player, 0) == "play a");
  CHECK(step(player, 0) == "wait 2");
  CHECK(player.heard(0.25));
  CHECK(step(player, 0.25) == "play b");
  CHECK(step(player, 0.25) == "wait 2.25");
  CHECK(player.heard(0.5));
  // All came; what comes besides must have its chance.
  CHECK(step(player, 0.5) == "wait 2.5");
  CHECK(step(player, 2.5) == "close 1000");
}

TEST_CASE("one message that never comes is waited for once") {
  std::string lines = opened(0);
  for (int i = 1; i < 4; ++i) lines += said(i, "send", "q") + said(i, "recv", "a");
  ReplayManner manner;
  manner.factor = 0;
  manner.waits = true;
  manner.patience = 1;
  ReplayPlayer player(recorded(lines), manner);
  player.start(0);
  CHECK(step(player, 0) == "play q");
  CHECK(step(player, 0.5) == "wait 1");
  CHECK(step(player, 1) == "play q");
  CHECK(step(player, 1) == "wait 2");
  CHECK(player.heard(1.1));
  CHECK(step(player, 1.1) == "play q");
  CHECK(step(player, 1.1) == "wait 2.1");
  CHECK(player.heard(1.2));
  CHECK(step(player, 1.2) == "end");
}

TEST_CASE("a server's part waits for its client and then keeps the recorded distance") {
  ReplayManner manner;
  manner.as_client = false;
  manner.waits = true;
  ReplayPlayer player(
      recorded(opened(10) + said(10.25, "recv", "hello") + kTalk.substr(opened(10).size())),
      manner);
  player.start(0);
  CHECK(step(player, 0) == "wait 0.25");
  CHECK(step(player, 0.25) == "play hello");
  CHECK(step(player, 0.25) == "wait");
  CHECK(step(player, 50) == "wait");
  CHECK(player.heard(60));
  CHECK(step(player, 60) == "wait 60.5");
  // The next question comes early: the answer to the first keeps its time, and so does the second.
  CHECK_FALSE(player.heard(60.25));
  CHECK(step(player, 60.5) == "play A");
  CHECK(step(player, 60.5) == "wait 60.75");
  CHECK(step(player, 60.75) == "play B");
  // Behind the last one nothing is left but the client's Close.
  CHECK(player.left() == 0);
}

TEST_CASE("a client that floods is not remembered beyond the recording") {
  ReplayManner manner;
  manner.as_client = false;
  manner.waits = true;
  ReplayPlayer player(recorded(kTalk), manner);
  player.start(0);
  for (int i = 0; i < 1000; ++i) player.heard(1);
  CHECK(step(player, 1) == "wait 1.5");
  CHECK(step(player, 2) == "play A");
}

TEST_CASE("pongs that answered are left to whoever answers now") {
  const std::string lines = opened(0) + R"({"t":1,"event":"ping","dir":"recv","data":"p"})"
                                        "\n"
                                        R"({"t":1,"event":"pong","dir":"send","data":"p"})"
                                        "\n"
                                        R"({"t":2,"event":"pong","dir":"send","data":"unasked"})"
                                        "\n";
  ReplayManner manner;
  manner.factor = 0;
  ReplayPlayer player(recorded(lines), manner);
  player.start(0);
  CHECK(step(player, 0) == "pong unasked");
  CHECK(step(player, 0) == "end");
  manner.answers_pings = false;
  ReplayPlayer silent(recorded(lines), manner);
  silent.start(0);
  CHECK(step(silent, 0) == "pong p");
  CHECK(step(silent, 0) == "pong unasked");
}

TEST_CASE("the end of input is where the recording ended") {
  ReplayPlayer player(recorded(opened(1) + said(2, "send", "a") + said(5, "recv", "b")), {});
  player.start(0);
  CHECK(step(player, 1) == "play a");
  CHECK(step(player, 1) == "wait 4");
  CHECK(step(player, 4) == "end");
}
