#include <doctest/doctest.h>

#include "ws/visible.h"

using namespace wscope::ws;

TEST_CASE("text stays as it is, what drives a terminal is escaped") {
  CHECK(visible("plain \"text\" \\ with ä € 😀\n\tend") == "plain \"text\" \\ with ä € 😀\n\tend");
  CHECK(visible("\x1b[2J") == "\\x1b[2J");
  CHECK(visible("a\rb") == "a\\x0db");
  CHECK(visible(std::string_view("\0\x07\x7f", 3)) == "\\x00\\x07\\x7f");
  CHECK(visible("\xc2\x9b"
                "31m") == "\\xc2\\x9b31m");             // CSI as a C1 control
  CHECK(visible("\xc2\xa0") == "\xc2\xa0");             // the first after C1
  CHECK(visible("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // right-to-left override
  CHECK(visible("\xe2\x81\xa6") == "\\xe2\\x81\\xa6");  // isolate
  CHECK(visible("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");  // line separator
  CHECK(visible("\xd8\x9c") == "\\xd8\\x9c");           // Arabic letter mark
}

TEST_CASE("bytes that are no UTF-8 are escaped one by one") {
  CHECK(visible("\xff") == "\\xff");
  CHECK(visible("\xc3") == "\\xc3");
  CHECK(visible("\xc3(") == "\\xc3(");
  CHECK(visible("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(visible("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");           // overlong
  CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(visible("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(visible("\xf0\x9f\x98") == "\\xf0\\x9f\\x98");           // cut
  CHECK(visible("\x80") == "\\x80");
}

TEST_CASE("a quoted text is one line, and cut") {
  CHECK(quoted("SSH-2.0\r\n") == "\"SSH-2.0\\r\\n\"");
  CHECK(quoted("a\"b\\c\td") == "\"a\\\"b\\\\c\\td\"");
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("abcdef", 3) == "\"abc…\"");
  CHECK(quoted("abc", 3) == "\"abc\"");
  CHECK(quoted("€€€", 4) == "\"€€…\"");
  CHECK(visible("abcdef", 3) == "abc…");
  CHECK(visible("abc", 3) == "abc");
}
