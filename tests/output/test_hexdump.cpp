#include <doctest/doctest.h>

#include "output/hexdump.h"

using namespace wscope::output;

namespace {

std::string dump(std::string_view bytes, const HexdumpStyle& style = {}) {
  std::string out;
  append_hexdump(out, bytes, style);
  return out;
}

std::string counting(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
  return bytes;
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    longest = std::max(longest, newline);
    text.remove_prefix(newline + 1);
  }
  return longest;
}

}  // namespace

TEST_CASE("rows read as hexdump -C writes them") {
  CHECK(dump("") == "");
  CHECK(dump("hello\n") ==
        "00000000  68 65 6c 6c 6f 0a                                 |hello.|\n");
  CHECK(dump("0123456789abcdef\x7f\xff ~") ==
        "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
        "00000010  7f ff 20 7e                                       |.. ~|\n");
}

TEST_CASE("narrow terminals get narrow rows that fit") {
  HexdumpStyle style;
  style.indent = "  ";
  for (const int columns : {20, 31, 40, 44, 45, 46, 79, 80, 81, 200}) {
    style.columns = columns;
    const std::string text = dump(counting(64), style);
    CHECK(longest_line(text) <= static_cast<std::size_t>(std::max(columns, 31)));
  }
  style.columns = 80;
  CHECK(longest_line(dump(counting(64), style)) == 80);
  style.columns = 40;
  CHECK(dump("abcdefgh", style) ==
        "  00000000  61 62 63 64  |abcd|\n"
        "  00000004  65 66 67 68  |efgh|\n");
}

TEST_CASE("a long one is elided in the middle, with the size told") {
  HexdumpStyle style;
  style.max_rows = 4;
  const std::string text = dump(counting(1000), style);
  CHECK(text == dump(counting(48)) + "… 944 bytes left out of 1000 …\n" +
                    "000003e0  e0 e1 e2 e3 e4 e5 e6 e7                           |........|\n");
}

TEST_CASE("one row too many is not worth an elision") {
  HexdumpStyle style;
  style.max_rows = 4;
  CHECK(dump(counting(80), style) == dump(counting(80)));
  CHECK(dump(counting(81), style) != dump(counting(81)));
}

TEST_CASE("colour goes around offsets and the note only") {
  HexdumpStyle style;
  style.faint = "<";
  style.faint_end = ">";
  CHECK(dump("A", style) == "<00000000>  41                                                |A|\n");
}
