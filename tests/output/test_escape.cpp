#include <doctest/doctest.h>

#include <random>
#include <utility>
#include <vector>

#include "output/escape.h"
#include "output/json_string.h"

using namespace wscope::output;

TEST_CASE("clean text passes unchanged") {
  for (const std::string_view text :
       {"", "a", "seven..", "eight...", "nine.....", "tab\tand\nnewline", "Grüße, 世界 🎉 é",
        "\u00a0", "\u200d joiner", "\u200b", "~!@#$%^&*()\"\\", "\U0010ffff", "\uffff", "\ud7ff"}) {
    CHECK(escaped(text) == text);
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
  for (const auto& [bytes, shown] : table) CHECK(escaped(bytes) == shown);
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
  for (const auto& [bytes, shown] : table) CHECK(escaped(bytes) == shown);
}

TEST_CASE("styles: newline and tab, short names, colour around runs") {
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
