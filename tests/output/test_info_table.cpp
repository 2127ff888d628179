#include <doctest/doctest.h>

#include "output/info_table.h"

using wscope::InfoRow;
using wscope::output::info_table;
using wscope::output::Palette;

TEST_CASE("values stand in one column") {
  const std::vector<InfoRow> rows = {{"url", "ws://a/"}, {"open for", "1 s"}, {"", "more"}};
  CHECK(info_table(rows, 80, Palette::none()) ==
        "  url       ws://a/\n"
        "  open for  1 s\n"
        "            more\n");
}

TEST_CASE("what is too wide goes on below itself, at a blank where there is one") {
  const std::vector<InfoRow> rows = {{"sent", "12 messages, 34 bytes (56 on the wire)"},
                                     {"url", "ws://a.very.long.example/with/a/path"}};
  CHECK(info_table(rows, 30, Palette::none()) ==
        "  sent  12 messages, 34 bytes\n"
        "        (56 on the wire)\n"
        "  url   ws://a.very.long.examp\n"
        "        le/with/a/path\n");
  // Narrower than sense: whole values all the same.
  CHECK(info_table({{"a", "bcdefghijklmnopq"}}, 3, Palette::none()) ==
        "  a  bcdefghijklm\n"
        "     nopq\n");
}

TEST_CASE("an empty value keeps its row, and characters stay whole") {
  CHECK(info_table({{"a", ""}}, 80, Palette::none()) == "  a  \n");
  CHECK(info_table({{"a", "ääääääää"}}, 17, Palette::none()) ==
        "  a  ääääää\n"
        "     ää\n");
}

TEST_CASE("what came from the network can't drive the terminal") {
  CHECK(info_table({{"a", "x\x1b[2J\ny"}}, 80, Palette::none()) == "  a  x\\x1b[2J\\ny\n");
}

TEST_CASE("labels are faint") {
  CHECK(info_table({{"a", "b"}}, 80, Palette::ansi()) == "\x1b[2m  a\x1b[0m  b\n");
}
