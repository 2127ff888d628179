#include <doctest/doctest.h>

#include <string>

#include "base/error_lines.h"

using namespace wscope;
using namespace std::string_literals;

TEST_CASE("error lines end once and are escaped where asked") {
  CHECK(error_lines({Stage::kTls, "m\x1b", "h", "d\n"}, true) ==
        "d\nwscope: m\\x1b\nwscope: hint: h\n");
  CHECK(error_lines({Stage::kTls, "m\x1b", "", ""}, false) == "wscope: m\x1b\n");
  CHECK(error_lines({}, true) == "");
}

TEST_CASE("a message that quotes a whole file keeps its beginning and its reason") {
  const std::string lines = error_lines(
      {Stage::kInput, "a: " + std::string(5000000, 'x') + ": the reason", "", ""}, true);
  CHECK(lines.size() < 2000);
  CHECK(lines.substr(0, 12) == "wscope: a: x");
  CHECK(lines.find(" … x") != std::string::npos);
  CHECK(lines.substr(lines.size() - 12) == ": the reason\n"s.substr(1));
  const std::string whole(1536, 'x');
  CHECK(error_lines({Stage::kInput, whole, "", ""}, true) == "wscope: " + whole + "\n");
  // Neither cut is inside a character.
  std::string two_bytes;
  for (int i = 0; i < 2000; ++i) two_bytes += "ü";
  for (const std::string shift : {"", "a"}) {
    const std::string shown = error_lines({Stage::kInput, shift + two_bytes, "", ""}, true);
    CHECK(shown.find("\\x") == std::string::npos);
  }
}
