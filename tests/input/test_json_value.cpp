#include <doctest/doctest.h>

#include <string>

#include "input/json_value.h"

using namespace wscope::input;

TEST_CASE("what is wrong with a JSON text, as far as it is to be a value") {
  for (const char* text : {"1", " {\"a\": [1e308, \"]]\"]}\n", "null", "\"\\ud83d\\ude00\""}) {
    CAPTURE(text);
    CHECK_FALSE(json_value_fault(text));
  }
  for (const char* text : {"", "x", "{\"a\":1", "1 2", "[1,]"}) {
    CAPTURE(text);
    CHECK(json_value_fault(text) == "is no JSON");
  }
  CHECK(json_value_fault(R"({"a":1,"b":1e400})") == "holds a number that is too large");
  CHECK(json_value_fault(R"(["\ud800"])") == "holds half a surrogate pair");
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK_FALSE(json_value_fault(nested(kMostJsonDepth)));
  CHECK(json_value_fault(nested(kMostJsonDepth + 1)) == "is nested deeper than 200");
  CHECK(json_value_fault(std::string(1000000, '[')) == "is no JSON");
}
