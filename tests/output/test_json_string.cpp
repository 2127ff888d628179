#include <doctest/doctest.h>

#include "output/json_string.h"

using namespace wscope::output;

TEST_CASE("JSON strings hold every byte or say so") {
  const auto json = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  CHECK(json("plain Grüße 世界 🎉 /") == "plain Grüße 世界 🎉 /");
  CHECK(json("\"\\") == "\\\"\\\\");
  CHECK(json("eight by\"tes and\\more") == "eight by\\\"tes and\\\\more");
  CHECK(json("\b\f\n\r\t") == "\\b\\f\\n\\r\\t");
  CHECK(json(std::string_view("\0\x1f\x7f", 3)) == "\\u0000\\u001f\\u007f");
  CHECK(json("\u009b\u202e") == "\\u009b\\u202e");
  CHECK(json("a\xff\xc3z") == "a\ufffd\ufffdz");

  std::string out = "before";
  CHECK_FALSE(append_json_string_exactly(out, "good \xff"));
  CHECK(out == "before");
  CHECK(append_json_string_exactly(out, "é\n"));
  CHECK(out == "beforeé\\n");
}
