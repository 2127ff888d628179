#include <doctest/doctest.h>

#include <string>

#include "input/script_parser.h"
#include "session/script_json.h"
#include "session/script_match.h"

using namespace wscope;
using session::ScriptEvent;
using session::ScriptMatcher;

namespace {

ScriptMatcher matcher(const std::string& pattern) {
  const auto script = input::parse_script("expect " + pattern, "a", true);
  REQUIRE_MESSAGE(script, script.error().message);
  auto made = ScriptMatcher::create(
      script->statements[0].pattern,
      [](const input::ScriptReference&) -> input::Expanded { return std::string("a.b"); },
      [](const std::string&) -> Result<std::string> { return std::string("content"); });
  REQUIRE(made);
  return std::move(*made);
}

ScriptEvent text(const std::string& data) {
  return {ScriptEvent::Kind::kMessage, MessageType::kText, data, {}};
}
ScriptEvent binary(const std::string& data) {
  return {ScriptEvent::Kind::kMessage, MessageType::kBinary, data, {}};
}
ScriptEvent close(std::optional<std::uint16_t> code, const std::string& reason = "") {
  return {ScriptEvent::Kind::kClose, MessageType::kText, reason, code};
}

}  // namespace

TEST_CASE("match: text is the whole message") {
  CHECK(matcher("hello").matches(text("hello")));
  CHECK_FALSE(matcher("hello").matches(text("hello ")));
  CHECK_FALSE(matcher("hello").matches(binary("hello")));
  CHECK_FALSE(matcher("hello").matches(close(1000)));
  CHECK(matcher("any").matches(binary("")));
  CHECK(matcher("file x").matches(binary("content")));
}

TEST_CASE("match: expressions match anywhere and keep their groups") {
  const auto regex = matcher(R"(/id=(\d+) (?P<who>\w+)/)");
  CHECK(regex.matches(text("x id=17 bob y")));
  const auto value = regex.capture(text("x id=17 bob y"));
  CHECK(value.text == "17");
  CHECK(value.parts.at("0") == "id=17 bob");
  CHECK(value.parts.at("who") == "bob");
  CHECK(value.whole == "x id=17 bob y");
  CHECK(matcher("/HEL/i").matches(text("hello")));
  CHECK(matcher("/a.b/s").matches(text("a\nb")));
  CHECK_FALSE(matcher("/a.b/").matches(text("a\nb")));
  // A value is taken literally.
  CHECK(matcher("/^$x$/").matches(text("a.b")));
  CHECK_FALSE(matcher("/^$x$/").matches(text("axb")));
}

TEST_CASE("match: JSON by the members expected") {
  const auto json = matcher(R"(json {"a": 1, "b": [1, {"c": "$x"}]})");
  CHECK(json.matches(text(R"({"z": 0, "b": [1.0, {"c": "a.b", "d": 2}], "a": 1})")));
  CHECK_FALSE(json.matches(text(R"({"a": 1, "b": [1, {"c": "a.b"}, 3]})")));
  CHECK_FALSE(json.matches(text("not json")));
  CHECK_FALSE(json.matches(text(std::string(100000, '['))));
  CHECK(json.mismatch(text("not json")).summary.find("which is no JSON") != std::string::npos);
  CHECK(json.mismatch(text(R"({"a": 1e400})"))
            .summary.find(", which holds a number that is too large") != std::string::npos);
  CHECK(json.mismatch(text(std::string(201, '[') + std::string(201, ']')))
            .summary.find(", which is nested deeper than 200") != std::string::npos);
  const auto mismatch = json.mismatch(text(R"({"a": 2, "b": [1]})"));
  CHECK(mismatch.summary == "/a: expected 1, came 2, and 1 more");
  CHECK(mismatch.detail ==
        "  /a\n    - 1\n    + 2\n  /b/1\n    - {\"c\":\"a.b\"}\n    + (missing)\n"
        "  came: {\"a\": 2, \"b\": [1]}");
}

TEST_CASE("match: JSON is part of another where it differs from it in nothing") {
  const char* const values[] = {"1",
                                "1.0",
                                "\"a\"",
                                "null",
                                "true",
                                "[]",
                                "[1]",
                                "[1,2]",
                                "[[1]]",
                                "{}",
                                "{\"a\":1}",
                                "{\"a\":1,\"b\":2}",
                                "{\"a\":{\"c\":1}}",
                                "{\"a\":{\"c\":1,\"d\":2}}",
                                "[{\"a\":1}]",
                                "[{\"a\":1,\"b\":2}]"};
  for (const char* expected : values) {
    for (const char* came : values) {
      CAPTURE(expected);
      CAPTURE(came);
      const auto part = session::JsonValue::parse(expected);
      const auto whole = session::JsonValue::parse(came);
      REQUIRE(part);
      REQUIRE(whole);
      CHECK(part->is_part_of(*whole) == session::json_differences(expected, came)->empty());
    }
  }
  CHECK_FALSE(session::JsonValue::parse("{"));
  session::JsonReading reading;
  CHECK(reading.of("{") == nullptr);
  reading.forget();
  CHECK(reading.of("1") != nullptr);
}

TEST_CASE("match: binary, control frames and the end") {
  CHECK(matcher("binary 00ff").matches(binary(std::string("\0\xff", 2))));
  CHECK_FALSE(matcher("binary 00ff").matches(binary("x")));
  CHECK(matcher("binary").matches(binary("x")));
  CHECK_FALSE(matcher("binary").matches(text("x")));
  CHECK(matcher("close").matches(close(std::nullopt)));
  CHECK(matcher("close 1000").matches(close(1000)));
  CHECK_FALSE(matcher("close 1000").matches(close(1001)));
  CHECK_FALSE(matcher("close 1000 bye").matches(close(1000, "by")));
  const ScriptEvent lost{ScriptEvent::Kind::kLost, MessageType::kText, "connection lost", {}};
  CHECK(matcher("close 1006").matches(lost));
  CHECK_FALSE(matcher("close").matches(lost));
  CHECK(matcher("hi").mismatch(lost).summary == "expected text \"hi\", came connection lost");
  CHECK(matcher("hi").mismatch(close(1011, "boom")).summary ==
        "expected text \"hi\", came Close 1011 (internal error) \"boom\"");
}

TEST_CASE("match: what came is quoted in one safe, short line") {
  CHECK(matcher("hi").mismatch(text("a\x1b[2J\nb")).summary ==
        "expected text \"hi\", came text \"a\\x1b[2J\\nb\"");
  const auto summary = matcher("hi").mismatch(text(std::string(100000, 'x'))).summary;
  CHECK(summary.size() < 400);
  CHECK(summary.find("(100000 bytes)") != std::string::npos);
  CHECK(summary.find("they differ from byte 0 on") != std::string::npos);
}

TEST_CASE("script_json: pointers of RFC 6901") {
  const std::string text = R"({"a/b": [10, {"m~n": "x"}], "o": {"k": null}})";
  CHECK(*session::json_at(text, "/a~1b/0") == "10");
  CHECK(*session::json_at(text, "/a~1b/1/m~0n") == "x");
  CHECK(*session::json_at(text, "/o") == R"({"k": null})");
  const char* numbers =
      R"( {"id":100000000000000000001,"p":0.1234567890123456789,"s":{"b":1.0,"a":1e400}} )";
  CHECK(*session::json_at(numbers, "/id") == "100000000000000000001");
  CHECK(*session::json_at(numbers, "/p") == "0.1234567890123456789");
  CHECK(*session::json_at(numbers, "/s") == R"({"b":1.0,"a":1e400})");
  CHECK(session::json_at(numbers, "")->front() == '{');
  CHECK_FALSE(session::json_at(text, "/a~1b/2"));
  CHECK_FALSE(session::json_at(text, "/nope"));
  CHECK_FALSE(session::json_at("nope", "/a"));
  CHECK_FALSE(session::json_at(text, "/a~1b/x"));
}

TEST_CASE("match: texts that differ are displayed differently") {
  CHECK(matcher(R"("a\\nb")").mismatch(text("a\nb")).summary ==
        R"(expected text "a\\nb", came text "a\nb")");
  CHECK(matcher("a").mismatch(text("\"")).summary == R"(expected text "a", came text "\"")");
}
