// What comes during a replay against the recording: differences in words, and when there are none.
#include <doctest/doctest.h>

#include <regex>
#include <string>
#include <vector>

#include "recorded.h"
#include "session/replay_verifier.h"

using namespace wscope;
using namespace wscope::session;

namespace {

/// The detail without the name of the file; "" when nothing differs.
std::string differences(const std::string& lines, const std::vector<std::string>& came,
                        const Closed* closed = nullptr, bool cut_short = false) {
  ReplayVerifier verifier(recorded(lines), false);
  for (const auto& text : came) verifier.message(MessageType::kText, text);
  if (closed != nullptr) verifier.closed(*closed);
  const auto error = verifier.verdict(cut_short);
  if (!error) return "";
  CHECK(error->stage == Stage::kExpectation);
  return std::regex_replace(error->detail, std::regex("/tmp/wscope-recorded-[A-Za-z0-9]{6}"), "F");
}

std::string recv(const std::vector<std::string>& texts) {
  std::string lines = opened(0) + said(0, "send", "not compared");
  for (const auto& text : texts) lines += said(1, "recv", text);
  return lines;
}

}  // namespace

TEST_CASE("the same, and nothing at all") {
  CHECK(differences(recv({"a", "b", "b"}), {"a", "b", "b"}).empty());
  CHECK(differences(recv({}), {}).empty());
}

TEST_CASE("changed, missing, besides") {
  CHECK(differences(recv({"a", "b", "c"}), {"a", "x", "c"}) ==
        "F:4: expected text \"b\", came text \"x\"");
  CHECK(differences(recv({"a", "b", "c"}), {"a", "c"}) ==
        "F:4: expected text \"b\", it did not come");
  CHECK(differences(recv({"a", "b"}), {"a", "x", "b"}) ==
        "F:3: came text \"x\" besides, after that one");
  CHECK(differences(recv({"a"}), {"x", "a"}) ==
        "F:1: came text \"x\" besides, before the first recorded one");
  CHECK(
      differences(recv({"a"}), {"a", "x", "y"}) ==
      "F:3: came text \"x\" besides, after that one\nF:3: came text \"y\" besides, after that one");
  CHECK(differences(recv({"a", "b"}), {}) ==
        "F:3: expected text \"a\", it did not come\nF:4: expected text \"b\", it did not come");
  CHECK(differences(recv({"a", "b"}), {"b", "a"}) ==
        "F:3: expected text \"a\", it did not come\nF:4: came text \"a\" besides, after that one");
  CHECK(differences(recv({"a", "b"}), {"x", "y"}) ==
        "F:3: expected text \"a\", came text \"x\"\nF:4: expected text \"b\", came text \"y\"");
}

TEST_CASE("the type counts") {
  ReplayVerifier verifier(recorded(recv({"a"})), false);
  verifier.message(MessageType::kBinary, "a");
  const auto error = verifier.verdict(false);
  REQUIRE(error);
  CHECK(error->detail.find("expected text \"a\", came binary 61 (1 byte)") != std::string::npos);
  CHECK(error->message.find(":3: what came is not what was recorded: 1 difference") !=
        std::string::npos);
}

TEST_CASE("JSON is compared by its parts, long texts by where they part") {
  CHECK(differences(recv({R"({\"a\":1,\"b\":2})"}), {R"({"a":1,"b":3})"}) ==
        "F:3: /b: expected 2, came 3");
  CHECK(differences(recv({R"({\"a\":1,\"b\":[1]})"}), {R"({"a":2,"b":[1],"c":null})"}) ==
        "F:3: the JSON differs in 2 places\n  /a\n    - 1\n    + 2\n  /c\n    - (nothing)\n"
        "    + null");
  CHECK(differences(recv({R"({\"a\":1})"}), {R"({"a": 1})"})
            .find("the same JSON came, written differently") != std::string::npos);
  const std::string text(100, 'x');
  CHECK(differences(recv({text}), {text + "y"}).find("they differ from byte 100 on") !=
        std::string::npos);
}

TEST_CASE("many differences are counted, and memory stays small") {
  std::vector<std::string> recorded_texts;
  std::vector<std::string> came;
  for (int i = 0; i < 100; ++i) {
    recorded_texts.push_back("r" + std::to_string(i));
    came.push_back("c" + std::to_string(i));
  }
  const auto detail = differences(recv(recorded_texts), came);
  CHECK(detail.find("… and 90 more") != std::string::npos);
  CHECK(detail.find("\"r9\"") != std::string::npos);
  CHECK(detail.find("\"r10\"") == std::string::npos);
  recorded_texts.erase(recorded_texts.begin() + 20, recorded_texts.begin() + 30);
  std::vector<std::string> all;
  for (int i = 0; i < 100; ++i) all.push_back("r" + std::to_string(i));
  const auto besides = differences(recv(recorded_texts), all);
  CHECK(besides.find("r20") != std::string::npos);
}

TEST_CASE("the Close: who began, and the code") {
  const std::string by_server = recv({}) + close_line(2, "recv", 1001);
  Closed closed{Direction::kReceived, std::uint16_t{1001}, "", true};
  CHECK(differences(by_server, {}, &closed).empty());
  closed.code = 1011;
  CHECK(differences(by_server, {}, &closed) ==
        "F:3: expected Close 1001 (going away), first by the server; came Close 1011 (internal "
        "error), first by the server");
  closed = {Direction::kSent, std::uint16_t{1001}, "", true};
  CHECK_FALSE(differences(by_server, {}, &closed).empty());
  CHECK(differences(by_server, {}) ==
        "F:3: expected Close 1001 (going away), first by the server; came no Close at all: the "
        "connection is lost");
  CHECK(differences(by_server, {}, nullptr, true).empty());
}

TEST_CASE("a recorded loss is expected, and a recording that was cut off expects nothing") {
  const std::string lost = recv({"a"}) +
                           R"({"t":2,"event":"error","stage":"connection","message":"gone"})"
                           "\n";
  CHECK(differences(lost, {"a"}).empty());
  Closed closed{Direction::kReceived, std::uint16_t{1000}, "", true};
  CHECK_FALSE(differences(lost, {"a"}, &closed).empty());
  CHECK(differences(recv({"a"}), {"a"}, &closed).empty());
}

TEST_CASE("a run that ends early on purpose misses nothing, but compares what came") {
  CHECK(differences(recv({"a", "b"}), {"a"}, nullptr, true).empty());
  CHECK_FALSE(differences(recv({"a", "b"}), {"x"}, nullptr, true).empty());
}
