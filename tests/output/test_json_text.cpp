#include <doctest/doctest.h>

#include "output/json_text.h"

using namespace wscope::output;

namespace {

std::string pretty(std::string_view text) {
  std::string out;
  return append_json(out, text, {true, true, Palette::none()}) ? out : "(no json)";
}

}  // namespace

TEST_CASE("indents objects and arrays, two blanks a level") {
  CHECK(pretty(R"({"a":1,"b":[true,null,{"c":"d"}]})") ==
        "{\n"
        "  \"a\": 1,\n"
        "  \"b\": [\n"
        "    true,\n"
        "    null,\n"
        "    {\n"
        "      \"c\": \"d\"\n"
        "    }\n"
        "  ]\n"
        "}");
  CHECK(pretty(" [ ] ") == "[]");
  CHECK(pretty("{ }") == "{}");
  CHECK(pretty("[[],{}]") == "[\n  [],\n  {}\n]");
  CHECK(pretty("[\r\n1 ,\t2 ]") == "[\n  1,\n  2\n]");
}

TEST_CASE("every digit, key and escape stays as it came") {
  for (const std::string_view token :
       {"12345678901234567890123", "1.50", "-0", "-0.0e-5", "1E+400", "0.1000000000000000000001",
        R"("\u00e9\/\\\"\n")", R"("é")"}) {
    CHECK(pretty("[" + std::string(token) + "]") == "[\n  " + std::string(token) + "\n]");
  }
  CHECK(pretty(R"({"b":1,"a":2,"b":3})") == "{\n  \"b\": 1,\n  \"a\": 2,\n  \"b\": 3\n}");
}

TEST_CASE("anything that is no whole object or array is left alone") {
  for (const std::string_view text :
       {"",         " ",     "1",         "\"a\"",       "true",       "hello",     "{",
        "[",        "[1",    "[1,",       "[1,]",        "[,1]",       "[1 2]",     "]",
        "{]",       "[}",    "{\"a\"}",   "{\"a\":}",    "{\"a\":1,}", "{a:1}",     "{'a':1}",
        "{1:2}",    "[1]x",  "[1][2]",    "[01]",        "[1.]",       "[.5]",      "[+1]",
        "[1e]",     "[-]",   "[tru]",     "[truefalse]", "[\"a]",      "[\"\\x\"]", "[\"\\u12g4\"]",
        "[\"\n\"]", "[NaN]", "{\"a\":1]", "[1}",         "[:1]"}) {
    CAPTURE(text);
    CHECK(pretty(text) == "(no json)");
    std::string out = "kept";
    CHECK_FALSE(append_json(out, text, {true, true, Palette::ansi()}));
    CHECK(out == "kept");
  }
}

TEST_CASE("depth is bounded, so that indentation can't explode") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(pretty(nested(kMaxJsonDepth)) != "(no json)");
  CHECK(pretty(nested(kMaxJsonDepth + 1)) == "(no json)");
  CHECK(pretty(std::string(1000000, '[')) == "(no json)");
}

TEST_CASE("a large message does not become many times as large") {
  const auto numbers_in = [](std::size_t depth, std::size_t count) {
    std::string text(depth, '[');
    for (std::size_t i = 0; i < count; ++i) text += "1,";
    return text + "1" + std::string(depth, ']');
  };
  const std::string small = numbers_in(200, 1000);
  CHECK(pretty(small).size() > 100 * small.size());
  CHECK(pretty(numbers_in(200, 1000000)) == "(no json)");
  CHECK(pretty(numbers_in(4, 1000000)) != "(no json)");
}

TEST_CASE("colours tokens by kind and leaves white space when not indenting") {
  std::string out;
  CHECK(append_json(out, R"({ "k":"s", "n":[-1.5, false]})", {false, true, Palette::ansi()}));
  CHECK(out ==
        "{ \x1b[36m\"k\"\x1b[0m:\x1b[32m\"s\"\x1b[0m, \x1b[36m\"n\"\x1b[0m:[\x1b[35m-1.5\x1b[0m, "
        "\x1b[35mfalse\x1b[0m]}");
}

TEST_CASE("strings and white space can't drive the terminal") {
  std::string out;
  CHECK(append_json(out, "[\"\u202e\x7f\xff\"]", {true, true, Palette::none()}));
  CHECK(out == "[\n  \"\\u{202e}\\x7f\\xff\"\n]");
  out.clear();
  CHECK(append_json(out, "[\r\n1]\r", {false, true, Palette::none()}));
  CHECK(out == "[\n1]");
  out.clear();
  CHECK(append_json(out, "[\"a\x7f\"]", {false, true, Palette::ansi()}));
  CHECK(out == "[\x1b[32m\"a\x1b[7m\\x7f\x1b[0m\x1b[32m\"\x1b[0m]");
}

TEST_CASE("without escaping, for pipes, strings and white space keep their bytes") {
  std::string out;
  CHECK(append_json(out, "[\r\n\"\u202e\xff\"]", {false, false, Palette::none()}));
  CHECK(out == "[\r\n\"\u202e\xff\"]");
}
