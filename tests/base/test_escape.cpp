#include <doctest/doctest.h>

#include <random>
#include <utility>
#include <vector>

#include "base/escape.h"

using namespace wscope;

TEST_CASE("clean text passes unchanged") {
  for (const std::string_view text :
       {"", "a", "seven..", "eight...", "nine.....", "tab\tand\nnewline", "Grüße, 世界 🎉 é",
        "\u00a0", "\u200d joiner", "\u200b", "~!@#$%^&*()\"\\", "\U0010ffff", "\uffff", "\ud7ff"}) {
    CHECK(escaped(text) == text);
    CHECK(is_clean(text));
  }
}

TEST_CASE("what could drive a terminal becomes visible") {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"\x1b[2J", "\\x1b[2J"},
      {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
      {std::string_view("\0", 1), "\\x00"},
      {"\x01\x1f", "\\x01\\x1f"},
      {"\r", "\\x0d"},
      {"\b\v\f", "\\x08\\x0b\\x0c"},
      {"\x7f", "\\x7f"},
      {"a\x7f", "a\\x7f"},
      {"\u0080", "\\u{80}"},
      {"\u009b2J", "\\u{9b}2J"},
      {"\u009f", "\\u{9f}"},
      {"\u061c", "\\u{61c}"},
      {"\u200e\u200f", "\\u{200e}\\u{200f}"},
      {"\u202a\u202b\u202c\u202d\u202e", "\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}"},
      {"\u2066\u2067\u2068\u2069", "\\u{2066}\\u{2067}\\u{2068}\\u{2069}"},
      {"behind eight bytes\x1b", "behind eight bytes\\x1b"},
  };
  for (const auto& [bytes, shown] : table) {
    CHECK(escaped(bytes) == shown);
    CHECK_FALSE(is_clean(bytes));
  }
}

TEST_CASE("bytes that are no UTF-8 become visible one by one") {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"\x80", "\\x80"},                             // a continuation alone
      {"\x9b", "\\x9b"},                             // CSI in Latin-1
      {"\xff\xfe", "\\xff\\xfe"},                    // never in UTF-8
      {"\xc3", "\\xc3"},                             // cut
      {"\xe2\x82", "\\xe2\\x82"},                    // cut
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xe0\x80\x9b", "\\xe0\\x80\\x9b"},           // overlong C1
      {"\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b"},  // overlong C1
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond U+10FFFF
      {"\xc3(\xc3\xa9", "\\xc3(é"},
  };
  for (const auto& [bytes, shown] : table) {
    CHECK(escaped(bytes) == shown);
    CHECK_FALSE(is_clean(bytes));
  }
}

TEST_CASE("styles: newline and tab, short names, colour around runs") {
  CHECK_FALSE(is_clean("a\nb", kOneLine));
  CHECK(escaped("a\n\tb", kOneLine) == "a\\n\\tb");
  CHECK(escaped("\r\n\x1b", kOneLine) == "\\r\\n\\x1b");
  EscapeStyle colored;
  colored.before = "<";
  colored.after = ">";
  CHECK(escaped("a\x1b\x01z\x02", colored) == "a<\\x1b\\x01>z<\\x02>");
  CHECK(escaped("clean", colored) == "clean");
}

TEST_CASE("a prefix does not cut a character") {
  CHECK(utf8_prefix("abc", 3) == "abc");
  CHECK(utf8_prefix("abc", 2) == "ab");
  CHECK(utf8_prefix("aé", 2) == "a");
  CHECK(utf8_prefix("🎉x", 3) == "");
  CHECK(utf8_prefix("🎉x", 4) == "🎉");
  CHECK(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5).size() == 5);  // no UTF-8: anywhere
}

TEST_CASE("whatever goes in, what comes out is safe, and stays as it is when escaped again") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 3 == 0 ? random() : 'a' + random() % 26);
    const std::string shown = escaped(bytes);
    CHECK(escaped(shown) == shown);
    std::string_view rest = shown;
    while (!rest.empty()) {
      const Utf8Char character = decode_utf8(rest);
      REQUIRE(character.size > 0);
      const bool control =
          character.code < 0x20 && character.code != '\n' && character.code != '\t';
      REQUIRE_FALSE(control);
      REQUIRE_FALSE((character.code >= 0x7f && character.code <= 0x9f));
      rest.remove_prefix(character.size);
    }
  }
}

TEST_CASE("line separators become visible, tab and the first after C1 do not") {
  CHECK(escaped("\u2028\u2029") == "\\u{2028}\\u{2029}");
  CHECK(escaped("\u2027\u202f\u00a0\t") == "\u2027\u202f\u00a0\t");
}

TEST_CASE("a text that is cut says so, between characters") {
  CHECK(escaped("abcdef", 3) == "abc…");
  CHECK(escaped("abc", 3) == "abc");
  CHECK(escaped("a\nb", 3) == "a\nb");
  CHECK(printable("a\nb\x1b") == "a\\nb\\x1b");
  CHECK(printable(std::string(300, 'x')) == std::string(200, 'x') + "…");
  CHECK(printable("€€€", 4) == "€…");
}

TEST_CASE("a quoted text is one line, and cut") {
  CHECK(quoted("SSH-2.0\r\n") == "\"SSH-2.0\\r\\n\"");
  CHECK(quoted("a\"b\\c\td") == "\"a\\\"b\\\\c\\td\"");
  CHECK(quoted("\\\"") == "\"\\\\\\\"\"");
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("abcdef", 3) == "\"abc…\"");
  CHECK(quoted("abc", 3) == "\"abc\"");
  CHECK(quoted("€€€", 4) == "\"€…\"");
}
