#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <string>

#include "input/script_parser.h"
#include "support/cpu_time.h"

using namespace wscope;
using input::parse_script;
using input::ScriptPattern;
using input::ScriptPayload;
using input::ScriptStatement;
using Kind = ScriptStatement::Kind;

namespace {

ScriptStatement only(const std::string& text) {
  const auto script = parse_script(text, "a.wscope", true);
  REQUIRE_MESSAGE(script, script.error().message);
  REQUIRE(script->statements.size() == 1);
  return script->statements.front();
}

std::string wrong(const std::string& text, bool has_url = true) {
  const auto script = parse_script(text, "a.wscope", has_url);
  REQUIRE_FALSE(script);
  CHECK(script.error().stage == Stage::kUsage);
  return script.error().message;
}

}  // namespace

TEST_CASE("script: comments, empty lines, CRLF, a byte order mark and #! say nothing") {
  const auto script = parse_script(
      "\xef\xbb\xbf#!/usr/bin/env -S wscope --script\r\n\r\n   # note\r\n\t send a\r\n", "a", true);
  REQUIRE(script);
  REQUIRE(script->statements.size() == 1);
  CHECK(script->statements[0].line == 4);
  CHECK(script->statements[0].text == "a");
  CHECK(script->statements[0].source == "send a");
  CHECK(parse_script("", "a", false)->statements.empty());
}

TEST_CASE("script: texts run to the end of the line; quotes keep blanks and escapes") {
  CHECK(only("send  hello  # world  ").text == "hello  # world");
  CHECK(only(R"(send "  a\n\u00e9 ")").text == "  a\n\xc3\xa9 ");
  CHECK(only("send \"\"").text.empty());
  CHECK(only("send text json it").text == "json it");
  CHECK(only("send jsonish").text == "jsonish");
  CHECK(only("ping").text.empty());
  CHECK(only("close 4000 see you").text == "see you");
  CHECK(only("close going-away").code.number == 1001);
}

TEST_CASE("script: JSON may take several lines and references anywhere") {
  const auto send = only("send json {\"a\": [1,\n 2], \"b}\": \"}\\\"\"\n}");
  CHECK(send.payload == ScriptPayload::kJson);
  CHECK(send.text == "{\"a\": [1,\n 2], \"b}\": \"}\\\"\"\n}");
  CHECK(only("send json {\"id\": $id, \"u\": \"${USER:-x}\"}").payload == ScriptPayload::kJson);
  CHECK(only("send json 42").text == "42");
  const auto expect = only("expect json {\n\"a\": 1\n} within 2.5 as m");
  CHECK(expect.pattern.kind == ScriptPattern::Kind::kJson);
  CHECK(expect.seconds == 2.5);
  CHECK(expect.name == "m");
  // The statement behind it has its own line.
  const auto script = parse_script("send json [\n1]\nsend b\n", "a", true);
  CHECK(script->statements[1].line == 3);
}

TEST_CASE("script: JSON of ten times as many lines takes ten times as long, not a hundred") {
  const auto parse = [](int lines) {
    std::string text = "send json [\n";
    for (int i = 0; i < lines; ++i) text += "{\"name\": \"a value of some length\"},\n";
    text += "0]\n";
    return test::cpu_seconds([&] { CHECK(only(text).payload == ScriptPayload::kJson); });
  };
  const double small = parse(2000);
  CHECK(parse(20000) < 30 * small);
}

TEST_CASE("script: patterns and their modifiers") {
  CHECK(*only("expect hello world").pattern.text == "hello world");
  const auto quoted = only("expect \"hello\" as x within 1");
  CHECK(*quoted.pattern.text == "hello");
  CHECK(quoted.seconds == 1);
  const auto regex = only(R"(await /a\/(?P<n>\d+) $/is as y)");
  CHECK(regex.kind == Kind::kAwait);
  CHECK(*regex.pattern.text == R"(a\/(?P<n>\d+) $)");
  CHECK(regex.pattern.flags == "is");
  CHECK(regex.name == "y");
  CHECK_FALSE(only("expect binary").pattern.text);
  CHECK(*only("expect binary 00 ff within 1").pattern.text == "00ff");
  CHECK(only("not-expect any for 0.5").seconds == 0.5);
  const auto close = only("expect close 1000 \"good bye\" within 3");
  CHECK(close.pattern.code.number == 1000);
  CHECK(*close.pattern.text == "good bye");
  CHECK(only("expect pong within 1").pattern.kind == ScriptPattern::Kind::kPong);
  CHECK(*only("expect pong abc").pattern.text == "abc");
}

TEST_CASE("script: each statement has its connection") {
  const auto script = parse_script(
      "connect as alice ws://h/\nsend a\nconnect as bob $URL\nbob: send b\nalice: expect b\n", "f",
      false);
  REQUIRE(script);
  CHECK(script->statements[1].connection == "alice");
  CHECK(script->statements[3].connection == "bob");
  CHECK(script->statements[4].connection == "alice");
  CHECK(wrong("send a", false) == "a.wscope:1: there is no connection yet");
  CHECK(wrong("connect as a u\nconnect as b u\nsend x", false) == "a.wscope:3: which connection?");
  CHECK(wrong("bob: send x") == "a.wscope:1: no connection is named 'bob' here");
  CHECK(wrong("bob: sleep 1") == "a.wscope:1: no connection's name stands before sleep");
  // The one of the command line needs no name, whoever else is there.
  CHECK(parse_script("connect as a u\nsend x", "f", true)->statements[1].connection.empty());
}

TEST_CASE("script: blocks") {
  const auto repeat = only("repeat 3 as i\n within 2\n  send $i\n end\nend\n");
  CHECK(repeat.count == 3);
  CHECK(repeat.name == "i");
  REQUIRE(repeat.body.size() == 1);
  CHECK(repeat.body[0].seconds == 2);
  CHECK(repeat.body[0].body[0].line == 3);
  CHECK(wrong("repeat 2\nsend a\n") == "a.wscope:1: 'repeat 2' has no end");
  CHECK(wrong("end") == "a.wscope:1: end without a block");
  CHECK(wrong("unordered\nsend a\nend").find("only `expect`") != std::string::npos);
  CHECK(wrong("unordered\nexpect \"a\" within 1\nend").find("only `expect`") != std::string::npos);
  CHECK(wrong("repeat 1\ntest x\nend").find("test can't begin") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "repeat 1\n";
  CHECK(wrong(deep) == "a.wscope:65: blocks are nested too deep");
}

TEST_CASE("script: what is wrong is told with its line before anything is sent") {
  CHECK(wrong("send a\nsned b") == "a.wscope:2: unknown statement 'sned'");
  CHECK(wrong("send") == "a.wscope:1: nothing to send");
  CHECK(wrong("expect /a(/").find("a.wscope:1: /a(/: missing )") == 0);
  CHECK(wrong("expect /a").find("no closing /") != std::string::npos);
  CHECK(wrong("expect /a/b/").find("'b/'") != std::string::npos);
  CHECK(wrong("send json {\"a\" 1}").find("not JSON: expected ':'") != std::string::npos);
  CHECK(wrong("send json {\"a\":\nsend b") == "a.wscope:1: the JSON that begins here does not end");
  CHECK(wrong("send hex abc").find("odd number") != std::string::npos);
  CHECK(wrong("send \"a\" b").find("not well-formed") != std::string::npos);
  CHECK(wrong("expect hello within 2") == "a.wscope:1: is 'within 2' part of the text?");
  CHECK(wrong("expect \"a\" within") == "a.wscope:1: within needs a number of seconds");
  CHECK(wrong("expect close 99999").find("no close code") != std::string::npos);
  CHECK(wrong("close 1005").find("1005") != std::string::npos);
  CHECK(wrong("sleep") == "a.wscope:1: a number of seconds is needed");
  CHECK(wrong("sleep -1") == "a.wscope:1: '-1' is no number of seconds");
  CHECK(wrong("sleep 1e300") == "a.wscope:1: '1e300' is no number of seconds");
  CHECK(wrong("expect \"a\" within 99999999999") ==
        "a.wscope:1: '99999999999' is more than 1000000000 seconds");
  CHECK(wrong("timeout 1" + std::string(400, '0')).find("is more than 1000000000 seconds") !=
        std::string::npos);
  CHECK(only("sleep 1000000000").seconds == 1e9);
  CHECK(wrong("send text") == "a.wscope:1: nothing behind text");
  CHECK(wrong("expect text") == "a.wscope:1: nothing behind text");
  CHECK(only("send \"text\"").text == "text");
  CHECK(only("send text \"\"").text.empty());
  CHECK(wrong("repeat x") == "a.wscope:1: 'x' is no number of repetitions");
  for (const char* const count : {"0", "00", "1000000001", "-1"}) {
    CHECK(wrong(std::string("send a\nrepeat ") + count + "\nsend b\nend\n") ==
          std::string("a.wscope:2: '") + count + "' is no number of repetitions");
  }
  CHECK(wrong("send ${x") == "a.wscope:1: ${x is not closed by }");
  CHECK(wrong("ping " + std::string(126, 'x')).find("at most 125 bytes") != std::string::npos);
  CHECK(wrong("send a\nsend \xff\n") == "a.wscope:2: not UTF-8");
  CHECK(wrong("expect close 1000 as x").find("as") != std::string::npos);
}

TEST_CASE("script: whatever words come in whatever order, there is an answer") {
  const char* const words[] = {
      "send ",    "expect ",     "await ", "not-expect ", "json ", "{",       "}",      "[",
      "]",        "\"",          "\\",     "/",           "/i ",   "within ", "for ",   "as ",
      "x",        "1",           "\n",     "\n",          "hex ",  "00",      "close ", "1000 ",
      "$",        "${x",         "/a:-",   "}",           "a: ",   "end\n",   "test ",  "repeat ",
      "connect ", "unordered\n", "ping ",  "file",        "text",  "any",     "set x",  "\r"};
  std::uint32_t state = 1;
  const auto random = [&state](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % below;
  };
  std::size_t good = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::uint32_t n = random(12); n > 0; --n) text += words[random(std::size(words))];
    const auto script = parse_script(text, "f", true);
    if (script) {
      ++good;
    } else {
      CHECK(script.error().message.compare(0, 2, "f:") == 0);
    }
  }
  CHECK(good > 1000);
}

TEST_CASE("script: JSON that can't be compared is told before anything is sent") {
  CHECK(wrong("expect json {\"a\":1,\"b\":1e400}") ==
        "a.wscope:1: the JSON expected holds a number that is too large");
  const std::string deep = std::string(201, '[') + std::string(201, ']');
  CHECK(wrong("expect json " + deep) == "a.wscope:1: the JSON expected is nested deeper than 200");
  CHECK(wrong("expect json \"\\ud800\"") ==
        "a.wscope:1: the JSON expected holds half a surrogate pair");
  // What is only sent is sent as it stands.
  CHECK(only("send json " + deep).text == deep);
  CHECK(only("expect json {\"n\": $n}").pattern.kind == ScriptPattern::Kind::kJson);
}

TEST_CASE("script: an error is short, however long what is wrong is") {
  const std::string junk(100000, 'x');
  for (const std::string& text : {junk,
                                  "send json 1 " + junk,
                                  "send hex " + junk,
                                  "expect hex " + junk,
                                  "expect /(" + junk + "/",
                                  "expect /a/" + junk,
                                  "close " + junk,
                                  "sleep " + junk,
                                  "repeat " + junk,
                                  "set -" + junk + " a",
                                  "connect as -" + junk + " u",
                                  "connect a " + junk,
                                  junk + ": send a",
                                  "end " + junk,
                                  "expect any " + junk,
                                  "expect any as -" + junk,
                                  "send json {" + junk + "}",
                                  "send ${-" + junk + "}",
                                  "send ${a-" + junk + "}",
                                  "expect " + junk + " within 2",
                                  "within 2 \nsend " + junk + "\nrepeat 1 as " + junk + "\n",
                                  "connect as a u\nconnect as b u\nsend " + junk}) {
    const auto script = parse_script(text, "a", text.rfind("connect", 0) != 0);
    REQUIRE_FALSE(script);
    CHECK_MESSAGE(script.error().message.size() + script.error().hint.size() < 600,
                  text.substr(0, 20));
  }
  CHECK(wrong(junk) == "a.wscope:1: unknown statement '" + junk.substr(0, 64) + "…'");
}
