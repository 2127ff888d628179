#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json_parts.h"

using namespace wscope;
using Texts = std::vector<std::string_view>;

TEST_CASE("members and elements stand as they were written") {
  const auto members = json_members(R"( {"a" : 1.50, "b":[1, {}],"a":"\u00e9x" , "":null} )");
  REQUIRE(members);
  REQUIRE(members->size() == 4);
  CHECK((*members)[0].name == "a");
  CHECK((*members)[0].value == "1.50");
  CHECK((*members)[1].value == "[1, {}]");
  CHECK((*members)[3].name == "");
  CHECK(json_member(*members, "a") == R"("\u00e9x")");  // the last
  CHECK(json_member(*members, "c").empty());
  CHECK(*json_elements(R"([ 1 ,"a,\"]", [ ] , {"b":2}])") ==
        Texts{"1", R"("a,\"]")", "[ ]", R"({"b":2})"});
  CHECK(json_elements("[]")->empty());
  CHECK(json_members("{ }")->empty());
}

TEST_CASE("what has more parts than wanted, and what has none") {
  CHECK(json_elements("[1,2]", 2));
  CHECK_FALSE(json_elements("[1,2]", 1));
  CHECK(json_members(R"({"a":1,"b":2})", 2));
  CHECK_FALSE(json_members(R"({"a":1,"b":2})", 1));
  for (const char* text : {"", "1", "[1", "[1,]", "[1]2", R"({"a":1)", R"({"a"})", "\"[]\""}) {
    CAPTURE(text);
    CHECK_FALSE(json_elements(text));
    CHECK_FALSE(json_members(text));
    CHECK_FALSE(each_element(text, [](std::string_view) { FAIL("nothing to take"); }));
  }
  int count = 0;
  CHECK(each_element("[1,2,3]", [&count](std::string_view) { ++count; }));
  CHECK(count == 3);
}

TEST_CASE("strings as UTF-8") {
  CHECK(json_string(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
  CHECK(json_string(R"( "\u0041\u00e9\u20AC\ud83d\ude00" )") == "Aé€😀");
  CHECK(json_string("\"\\u0000\"") == std::string(1, '\0'));
  for (const char* none : {"", "1", "null", "\"a", "\"\\x\"", "\"a\" 1"}) {
    CAPTURE(none);
    CHECK_FALSE(json_string(none));
    CHECK_FALSE(json_text(none));
  }
  for (const char* half : {R"("a\ud800b")", R"("a\udc00b")", R"("a\ud800\u0041b")"}) {
    CAPTURE(half);
    CHECK_FALSE(json_string(half));
  }
  CHECK(json_text(R"("a\ud800b")") == "a\ufffdb");
  CHECK(json_text(R"("a\ud800\u0041b")") == "a\ufffdAb");
  CHECK(json_text(R"("\ud800\ud83d\ude00\udc00")") == "\ufffd😀\ufffd");
  CHECK(json_members(R"({"\ud800":1})")->front().name == "\ufffd");
}

TEST_CASE("the value that a text begins with") {
  CHECK(leading_value("1 {}") == "1");
  CHECK(leading_value(R"({"a":"}"} x)") == R"({"a":"}"})");
  CHECK(leading_value(R"("a b",c)") == R"("a b")");
  CHECK(leading_value("5,6") == "5");
  CHECK(leading_value("[1, 2") == "[1, 2");
  CHECK(leading_value("") == "");
}
