#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "input/script_parser.h"
#include "session/script_runner.h"
#include "support/cpu_time.h"

using namespace wscope;
using session::ScriptEvent;
using session::ScriptRunner;
using Outcome = output::ScriptCase::Outcome;

namespace {

/// Connections that only note what they are told.
class Host : public session::ScriptHost {
 public:
  std::vector<std::string> said;
  std::string refuses;
  bool room = true;
  std::size_t waiting = 0;

  Result<void> connect(const std::string& name, const std::string& url,
                       const std::vector<std::string>& headers) override {
    said.push_back("connect " + name + " " + url);
    for (const auto& header : headers) said.back() += " [" + header + "]";
    return {};
  }
  std::optional<std::string> send(const std::string& name, MessageType type,
                                  std::string_view data) override {
    if (!refuses.empty()) return refuses;
    said.push_back(name + (type == MessageType::kText ? "> " : ">> ") + std::string(data));
    return {};
  }
  std::optional<std::string> ping(const std::string& name, std::string_view data) override {
    said.push_back(name + " ping " + std::string(data));
    return {};
  }
  std::optional<std::string> pong(const std::string&, std::string_view) override { return {}; }
  std::optional<std::string> close(const std::string& name, std::uint16_t code,
                                   std::string_view reason) override {
    said.push_back(name + " close " + std::to_string(code) + std::string(reason));
    return {};
  }
  bool has_room(const std::string&) override { return room; }
  std::size_t unsent(const std::string&) override { return waiting; }
  Result<std::string> read_file(const std::string& path) override { return "file " + path; }
};

struct Play {
  explicit Play(const std::string& text)
      : script(*input::parse_script(text, "f", true)),
        runner(
            script, host,
            [](const std::string& name) -> std::optional<std::string> {
              if (name == "ENV") return "environment";
              return std::nullopt;
            },
            true) {
    runner.connected("");
    runner.proceed(0);
  }
  void comes(const std::string& text, double now = 0, const std::string& name = "") {
    runner.event(name, {ScriptEvent::Kind::kMessage, MessageType::kText, text, {}});
    runner.proceed(now);
  }
  void closes(std::uint16_t code) {
    runner.event("", {ScriptEvent::Kind::kClose, MessageType::kText, "", code});
    runner.proceed(0);
  }
  std::string failure() const {
    return runner.failure() ? runner.failure()->message : std::string("none");
  }
  bool passed() const { return runner.finished() && !runner.failure(); }

  Host host;
  input::Script script;
  ScriptRunner runner;
};

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("runner: statements run in order and wait for what is expected") {
  Play play("send a\nexpect b\nsend c\n");
  CHECK(play.host.said == Said{"> a"});
  CHECK_FALSE(play.runner.finished());
  CHECK(*play.runner.wake_at() == 5);
  play.comes("b");
  CHECK(play.host.said == Said{"> a", "> c"});
  CHECK(play.passed());
}

TEST_CASE("runner: expect takes the next message, await passes others over") {
  Play strict("expect b\n");
  strict.comes("a");
  CHECK(strict.failure() == "f:1: expected text \"b\", came text \"a\"");
  CHECK(strict.runner.failure()->stage == Stage::kExpectation);
  Play lenient("await b\nexpect c\n");
  lenient.comes("a");
  lenient.comes("b");
  lenient.comes("c");
  CHECK(lenient.passed());
}

TEST_CASE("runner: nothing came in time") {
  Play play("expect \"b\" within 2\n");
  play.runner.proceed(1.9);
  CHECK_FALSE(play.runner.finished());
  play.runner.proceed(2);
  CHECK(play.failure() == "f:1: expected text \"b\", nothing came within 2 s");
  Play passed("timeout 3\nawait b\n");
  passed.comes("x");
  passed.comes("y");
  passed.runner.proceed(3);
  CHECK(passed.failure() ==
        "f:2: expected text \"b\", it did not come within 3 s; 2 other messages came");
  CHECK(passed.runner.failure()->detail == "the last that came:\n  text \"x\"\n  text \"y\"");
}

TEST_CASE("runner: a Close instead of a message, and after it") {
  Play play("expect b\n");
  play.closes(1011);
  CHECK(play.failure() == "f:1: expected text \"b\", came Close 1011 (internal error)");
  Play expected("expect a\nexpect close 1000\nexpect b\n");
  expected.comes("a");
  expected.closes(1000);
  CHECK(expected.failure() == "f:3: expected text \"b\", came Close 1000 (normal)");
}

TEST_CASE("runner: values are kept and filled in") {
  Play play(
      "expect /n=(\\d+)/ as n\nexpect json {\"a\":1} as m\nset s $n-${m/b/0}\n"
      "send $s ${ENV} ${NONE:-d}\nsend json {\"s\": \"${m/q}\"}\n");
  play.comes("n=42!");
  play.comes(R"({"a":1,"b":["x"],"q":"\""})");
  CHECK(play.host.said == Said{"> 42-x environment d", "> {\"s\": \"\\\"\"}"});
  CHECK(play.passed());
  Play missing("expect any as m\nsend ${m/id}\n");
  missing.comes("{}");
  CHECK(missing.failure() == "f:2: there is no /id in the message kept as m");
  CHECK(missing.runner.failure()->stage == Stage::kUsage);
  Play unknown("send $nope\n");
  CHECK(unknown.runner.failure()->stage == Stage::kUsage);
}

TEST_CASE("runner: unordered takes each once, in any order, from several connections") {
  Play play("connect as bob u\nunordered\nexpect a\nexpect /b/\nbob: expect a\nend\nsend done\n");
  play.runner.connected("bob");
  play.runner.proceed(0);
  play.comes("bb");
  play.comes("a", 0, "bob");
  CHECK_FALSE(play.runner.finished());
  play.comes("a");
  CHECK(play.passed());
  Play wrong("unordered\nexpect a\nexpect b\nend\n");
  wrong.comes("b");
  wrong.comes("b");
  CHECK(wrong.failure() == "f:2: expected text \"a\", came text \"b\"");
  Play late("unordered within 1\nexpect a\nexpect b\nend\n");
  late.comes("b");
  late.runner.proceed(1);
  CHECK(late.failure() == "f:2: expected text \"a\", nothing came within 1 s");
}

TEST_CASE("runner: unordered finds an assignment where there is one, whatever comes first") {
  Play json(
      "unordered\nexpect json {} as all\nexpect json {\"id\":1} as one\nend\nsend $all $one\n");
  json.comes("{\"id\":1}");
  json.comes("{\"id\":2}");
  CHECK(json.failure() == "none");
  CHECK(json.host.said == Said{"> {\"id\":2} {\"id\":1}"});
  // Named groups are those of the message that is for the expression in the end.
  Play groups("unordered\nexpect /(?P<rest>.)$/\nexpect aa\nend\nsend $rest\n");
  groups.comes("aa");
  CHECK_FALSE(groups.runner.finished());
  groups.comes("ab");
  CHECK(groups.host.said == Said{"> b"});
  Play none("unordered\nexpect /a/\nexpect aa\nexpect b\nend\n");
  none.comes("ac");
  none.comes("ad");
  CHECK(none.failure() == "f:3: came text \"ad\", expected one of");
}

TEST_CASE("runner: unordered finds an assignment of pings, and leaves the others where they are") {
  Play play("unordered\nexpect ping\nexpect ping hello\nend\nexpect ping z\nsend done\n");
  for (const char* data : {"hello", "y", "z"}) {
    play.runner.event("", {ScriptEvent::Kind::kPing, MessageType::kText, data, {}});
  }
  play.runner.proceed(0);
  CHECK(play.host.said == Said{"> done"});
}

TEST_CASE("runner: unordered with a Close among what is expected") {
  Play play("unordered\nexpect close 1000\nexpect a\nend\nexpect close\n");
  play.comes("a");
  CHECK_FALSE(play.runner.finished());
  play.closes(1000);
  CHECK(play.passed());
  Play early("unordered\nexpect close 1000\nexpect a\nend\n");
  early.closes(1000);
  CHECK(early.failure() == "f:3: expected text \"a\", came Close 1000 (normal)");
}

TEST_CASE("runner: values stand in close codes") {
  Play play("set C 4001\nset N going-away\nclose $C bye\nexpect close ${N}\n");
  CHECK(play.host.said == Said{" close 4001bye"});
  play.closes(1001);
  CHECK(play.passed());
  Play other("set C 4001\nexpect close $C\n");
  other.closes(1000);
  CHECK(other.failure() == "f:2: expected Close 4001 (private use), came Close 1000 (normal)");
  for (const char* statement : {"close $C", "expect close $C"}) {
    Play wrong(std::string("set C never\n") + statement + "\n");
    CHECK(wrong.failure() == "f:2: 'never' is no close code");
    CHECK(wrong.runner.failure()->stage == Stage::kUsage);
  }
  CHECK(Play("set C 1006\nclose $C\n").failure().find("f:2: can't close with that code") == 0);
}

TEST_CASE("runner: a value kept from a binary message is its bytes among hexadecimal digits") {
  Play play("expect any as q\nsend hex $q 61\nexpect hex $q\nset s 6162\nsend hex $s\n");
  const std::string bytes("\x00\x01\xff", 3);
  const ScriptEvent binary{ScriptEvent::Kind::kMessage, MessageType::kBinary, bytes, {}};
  play.runner.event("", binary);
  play.runner.event("", binary);
  play.runner.proceed(0);
  CHECK(play.failure() == "none");
  CHECK(play.host.said == Said{">> " + bytes + "a", ">> ab"});
}

TEST_CASE("runner: a ping is taken though another came before it, which stays") {
  Play play("expect ping \"\"\nexpect ping hello\n");
  for (const char* data : {"hello", ""}) {
    play.runner.event("", {ScriptEvent::Kind::kPing, MessageType::kText, data, {}});
  }
  play.runner.proceed(0);
  CHECK(play.passed());
}

TEST_CASE("runner: repeat counts, and a long one gives the loop its turn") {
  Play play("repeat 3 as i\nsend $i\nend\n");
  CHECK(play.host.said == Said{"> 1", "> 2", "> 3"});
  Play endless("repeat 1000000000\nset x y\nend\n");
  CHECK_FALSE(endless.runner.finished());
  CHECK(*endless.runner.wake_at() == 0);
}

TEST_CASE("runner: within bounds all of its block") {
  Play play("within 2\nsleep 1\nexpect a\nend\n");
  play.runner.proceed(1);
  CHECK(*play.runner.wake_at() == 2);
  play.runner.proceed(2);
  CHECK(play.failure() == "f:1: not done within 2 s: still at line 3: expect a");
  Play in_time("within 20\nexpect a\nend\nexpect b\n");
  in_time.comes("a", 10);
  CHECK(*in_time.runner.wake_at() == 15);
}

TEST_CASE("runner: not-expect looks at all that came and leaves it there") {
  Play play("not-expect \"bad\" for 1\nexpect good\n");
  play.comes("good");
  play.runner.proceed(0.9);
  CHECK_FALSE(play.runner.finished());
  play.runner.proceed(1);
  CHECK(play.passed());
  Play bad("not-expect /ba/\n");
  bad.comes("x");
  bad.comes("bad");
  CHECK(bad.failure() == "f:1: expected not to get /ba/, came text \"bad\"");
}

TEST_CASE("runner: not-expect looks at each message once, and at pings beyond those remembered") {
  const auto work_of = [](const std::string& statement) {
    Play play(statement);
    return test::cpu_seconds([&] {
      for (int i = 0; i < 5000; ++i) play.comes("message " + std::to_string(i));
      REQUIRE_FALSE(play.runner.finished());
    });
  };
  CHECK(work_of("not-expect /never/ for 9\n") < 10 * work_of("await /never/ within 9\n"));
  Play pings("not-expect ping bad for 1\n");
  for (int i = 0; i < 100; ++i) {
    pings.runner.event("", {ScriptEvent::Kind::kPing, MessageType::kText, "good", {}});
    pings.runner.proceed(0);
  }
  CHECK_FALSE(pings.runner.finished());
  pings.runner.event("", {ScriptEvent::Kind::kPing, MessageType::kText, "bad", {}});
  pings.runner.proceed(0);
  CHECK(pings.failure().find("came a ping \"bad\"") != std::string::npos);
}

TEST_CASE("runner: JSON in any order is taken apart once, not once for each place") {
  const std::string tail = ",\"pad\":\"" + std::string(20'000, 'x') + "\"}";
  const auto work_of = [&](int places) {
    std::string statements = "unordered\n";
    for (int i = 0; i < places; ++i) {
      statements += "expect json {\"id\":" + std::to_string(i) + "}\n";
    }
    Play play(statements + "end\n");
    return test::cpu_seconds([&] {
      for (int i = places; i-- > 0;) play.comes("{\"id\":" + std::to_string(i) + tail);
      REQUIRE(play.passed());
    });
  };
  CHECK(work_of(160) < 10 * work_of(40));  // of the square it would be 16
}

TEST_CASE("runner: the loop has its turns while much of what has come is looked at") {
  const std::string statements = "await last\n";
  const auto flooded = [&](double now) {
    Play play(statements);
    for (int i = 0; i < 1000; ++i) {
      play.runner.event("", {ScriptEvent::Kind::kMessage, MessageType::kText, "m", {}});
    }
    play.runner.event("", {ScriptEvent::Kind::kMessage, MessageType::kText, "last", {}});
    int turns = 1;
    for (play.runner.proceed(now); !play.runner.finished(); play.runner.proceed(now)) {
      REQUIRE(play.runner.wake_at() == now);
      ++turns;
    }
    CHECK(play.passed());
    return turns;
  };
  CHECK(flooded(1) > 3);
  // What came in time counts, though nobody had looked at it yet.
  CHECK(flooded(100) == 1);
}

TEST_CASE("runner: a pong answers the last ping, whatever else came") {
  Play play("ping a\nping b\nexpect pong\nexpect pong a\n");
  play.runner.event("", {ScriptEvent::Kind::kPong, MessageType::kText, "a", {}});
  play.runner.event("", {ScriptEvent::Kind::kMessage, MessageType::kText, "m", {}});
  play.runner.proceed(0);
  CHECK_FALSE(play.runner.finished());
  play.runner.event("", {ScriptEvent::Kind::kPong, MessageType::kText, "b", {}});
  play.runner.proceed(0);
  CHECK(play.failure() == "none");
  CHECK(play.passed());
  Play text("expect pong\n");
  text.comes("pong");
  text.runner.proceed(5);
  CHECK(text.runner.failure()->hint.find("expect \"pong\"") != std::string::npos);
}

TEST_CASE("runner: sending waits for room and fails where it can't be") {
  Host host;
  host.room = false;
  const auto script = *input::parse_script("send a\nsend b\n", "f", true);
  ScriptRunner runner(
      script, host, [](const std::string&) { return std::nullopt; }, true);
  runner.connected("");
  runner.proceed(0);
  CHECK(host.said == Said{"> a"});
  host.room = true;
  host.refuses = "it ended";
  runner.proceed(0);
  CHECK(runner.failure()->message == "f:2: can't send: it ended");
  CHECK(runner.failure()->stage == Stage::kConnection);
}

TEST_CASE("runner: who takes some of what waits is waited for, who takes nothing has a limit") {
  Host host;
  host.room = false;
  host.waiting = 1000;
  const auto script = *input::parse_script("timeout 2\nsend a\nsend b\n", "f", true);
  ScriptRunner runner(
      script, host, [](const std::string&) { return std::nullopt; }, true);
  runner.connected("");
  const auto until = [&runner](double end) {
    while (!runner.finished() && *runner.wake_at() <= end) runner.proceed(*runner.wake_at());
  };
  runner.proceed(1);
  until(2.75);
  host.waiting = 999;
  until(4.75);
  CHECK(!runner.finished());
  until(5);
  REQUIRE(runner.finished());
  CHECK(runner.failure()->message ==
        "f:2: can't send: the peer reads nothing for 2 s, 999 bytes wait");
  CHECK(runner.failure()->stage == Stage::kTimeout);
  CHECK(host.said == Said{"> a"});
}

TEST_CASE("runner: where our own line is full, the wait for room tells so") {
  Host host;
  host.room = false;
  const auto script = *input::parse_script("timeout 2\nsend a\n", "f", true);
  ScriptRunner runner(
      script, host, [](const std::string&) { return std::nullopt; }, true);
  runner.connected("");
  for (int i = 0; i < 17; ++i) {
    runner.event("",
                 {ScriptEvent::Kind::kMessage, MessageType::kText, std::string(1 << 20, 'x'), {}});
  }
  CHECK(runner.is_full(""));
  runner.proceed(0);
  while (!runner.finished()) runner.proceed(*runner.wake_at());
  CHECK(runner.failure()->hint.find("messages of 16 MiB wait in line") == 0);
}

TEST_CASE("runner: a block's time rules also over the wait for room") {
  Host host;
  host.room = false;
  const auto script = *input::parse_script("within 9\nsend a\nend\n", "f", true);
  ScriptRunner runner(
      script, host, [](const std::string&) { return std::nullopt; }, true);
  runner.connected("");
  runner.proceed(0);
  CHECK(*runner.wake_at() <= 9);
  runner.proceed(9);
  REQUIRE(runner.finished());
  CHECK(runner.failure()->message == "f:1: not done within 9 s: still at line 2: send a");
}

TEST_CASE("runner: headers belong to the next connect; its failure keeps its stage") {
  Play play("header X: $ENV\nconnect as b ws://h/\nheader Y: 2\nconnect as c u\n");
  CHECK(play.host.said == Said{"connect b ws://h/ [X: environment]"});
  play.runner.connected("b");
  play.runner.proceed(0);
  CHECK(play.host.said.back() == "connect c u [Y: 2]");
  play.runner.failed("c", {Stage::kHandshake, "refused", {}, {}});
  CHECK(play.failure() == "f:4: c: refused");
  CHECK(play.runner.failure()->stage == Stage::kHandshake);
}

TEST_CASE("runner: cases begin at each test; the rest is not run") {
  Play play("send a\ntest one\nexpect b\ntest two\nexpect c\ntest three\n");
  play.comes("b", 1.5);
  play.comes("x", 2);
  const auto cases = play.runner.report().cases;
  REQUIRE(cases.size() == 4);
  CHECK(cases[0].title == "set-up");
  CHECK(cases[1].title == "one");
  CHECK(cases[1].outcome == Outcome::kPassed);
  CHECK(cases[1].seconds == 1.5);
  CHECK(cases[2].outcome == Outcome::kFailed);
  CHECK(cases[2].line == 4);
  CHECK(cases[3].outcome == Outcome::kNotRun);
}

TEST_CASE("runner: an error is short, however long what is wrong is") {
  const std::string junk(100000, 'x');
  for (const std::string text :
       {"send hex $v", "send json [$v]", "expect hex $v", "expect json [$v]", "send ${v/$v}",
        "send ${v.N}", "send $N", "within 0\nexpect N\nend", "expect json {\"N\": 1}", "expect N",
        "expect /N/", "expect file N"}) {
    std::string filled = "set v " + junk + "\n" + text;
    if (const auto at = filled.find('N'); at != std::string::npos) filled.replace(at, 1, junk);
    Play play(filled);
    play.comes("{}", 1);
    play.runner.proceed(6);
    REQUIRE(play.runner.failure());
    const auto& error = *play.runner.failure();
    CHECK_MESSAGE(error.message.size() + error.hint.size() + error.detail.size() < 1500, text);
  }
}
