#include <doctest/doctest.h>

#include "base/error_lines.h"

using namespace wscope;

TEST_CASE("error lines end once and are escaped where asked") {
  CHECK(error_lines({Stage::kTls, "m\x1b", "h", "d\n"}, true) ==
        "d\nwscope: m\\x1b\nwscope: hint: h\n");
  CHECK(error_lines({Stage::kTls, "m\x1b", "", ""}, false) == "wscope: m\x1b\n");
  CHECK(error_lines({}, true) == "");
}
