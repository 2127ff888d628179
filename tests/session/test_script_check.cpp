#include <doctest/doctest.h>

#include <string>

#include "input/script_parser.h"
#include "session/script_check.h"

using namespace wscope;

namespace {

std::string fault(const std::string& text) {
  const auto script = input::parse_script(text, "f", true);
  REQUIRE(script);
  const auto checked = session::check_script(*script);
  return checked ? std::string("none") : checked.error().message;
}

}  // namespace

TEST_CASE("check: URLs and headers without values are judged where they stand") {
  CHECK(fault("send a\nconnect as b ws://h/\nheader X: 1\nheader Y:\n") == "none");
  CHECK(fault("repeat 2\n within 1\n  connect nonsense://x\n end\nend\n")
            .find("f:3: unknown scheme \"nonsense\" in the URL") == 0);
  CHECK(fault("header Foo Bar: 1\n") ==
        "f:1: \"Foo Bar\" is not a header name (RFC 9110 5.6.2: a token)");
  CHECK(fault("header Foo$$: 1\n") == "none");
}

TEST_CASE("check: what holds values is judged when they are known, a name without any before") {
  CHECK(fault("connect $URL\nconnect nonsense://$x\nheader $N: 1\nheader ${N:-a b}: 1\n") ==
        "none");
  CHECK(fault("header Foo Bar: $x\n").find("f:1: \"Foo Bar\" is not") == 0);
  CHECK_FALSE(session::check_script_header("A b: 1"));
  CHECK_FALSE(session::check_script_header("no colon"));
  CHECK_FALSE(session::check_script_header("A: 1\r\nB: 2"));
  CHECK(session::check_script_header("A: 1"));
}
