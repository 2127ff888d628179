#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "input/paste_splitter.h"

using namespace wscope::input;

namespace {

using Seen = std::vector<std::pair<bool, std::string>>;  // pasted, bytes

/// Neighbouring keys are one, however the reads fell.
void add(Seen& seen, const std::vector<TerminalInput>& found) {
  for (const TerminalInput& input : found) {
    if (!input.pasted && !seen.empty() && !seen.back().first) {
      seen.back().second += input.bytes;
    } else {
      seen.emplace_back(input.pasted, input.bytes);
    }
  }
}

Seen split(const std::vector<std::string>& reads) {
  PasteSplitter splitter;
  Seen seen;
  for (const std::string& read : reads) add(seen, splitter.feed(read));
  add(seen, splitter.release());
  return seen;
}

}  // namespace

TEST_CASE("a paste is cut out of the keys, wherever the reads fall") {
  const std::string text = "ab\x1b[A\x1b[200~one\rtwo\x1b[20\r\n\x1b[201~cd\x1b[200~\x1b[201~\x1b";
  const Seen expected{
      {false, "ab\x1b[A"}, {true, "one\ntwo\x1b[20"}, {false, "cd"}, {true, ""}, {false, "\x1b"}};
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK(split({text.substr(0, a), text.substr(a, b - a), text.substr(b)}) == expected);
    }
  }
}

TEST_CASE("line ends of a paste are LF, one at its end and NUL are dropped") {
  CHECK(split({std::string("\x1b[200~a\r\nb\nc\0d\r\r\n\x1b[201~", 23)}) ==
        Seen{{true, "a\nb\ncd\n"}});
}

TEST_CASE("a lone ESC is held back for a moment, then it is a key") {
  PasteSplitter splitter;
  CHECK(splitter.feed("\x1b").empty());
  CHECK(splitter.holding());
  const auto released = splitter.release();
  REQUIRE(released.size() == 1);
  CHECK(released[0].bytes == "\x1b");
  CHECK_FALSE(splitter.holding());
  CHECK(splitter.release().empty());
}

TEST_CASE("what is longer than the beginning of a key is that of a marker") {
  PasteSplitter splitter;
  splitter.feed("\x1b[");
  CHECK_FALSE(splitter.holds_marker());
  splitter.feed("20");
  CHECK(splitter.holds_marker());
  splitter.feed("0~x\x1b[20");
  CHECK_FALSE(splitter.holds_marker());
}

TEST_CASE("a paste whose end does not come can be given up") {
  PasteSplitter splitter;
  splitter.feed("\x1b[200~a\rb\x1b[20");
  CHECK(splitter.pasting());
  const auto found = splitter.give_up_paste();
  REQUIRE(found.size() == 1);
  CHECK(found[0].pasted);
  CHECK(found[0].bytes == "a\nb\x1b[20");
  CHECK_FALSE(splitter.pasting());
  const auto keys = splitter.feed("c");
  REQUIRE(keys.size() == 1);
  CHECK_FALSE(keys[0].pasted);
}

TEST_CASE("a character's bytes come together") {
  PasteSplitter splitter;
  auto found = splitter.feed("a\xf0\x9f");
  REQUIRE(found.size() == 1);
  CHECK(found[0].bytes == "a");
  CHECK(splitter.holding());
  found = splitter.feed("\x98\x80");
  REQUIRE(found.size() == 1);
  CHECK(found[0].bytes == "\xf0\x9f\x98\x80");
}

TEST_CASE("nothing is held while a paste goes on, and a big one is whole") {
  PasteSplitter splitter;
  CHECK(splitter.feed("\x1b[200~").empty());
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    const std::string part(1021, static_cast<char>('a' + i % 26));
    CHECK(splitter.feed(part).empty());
    CHECK_FALSE(splitter.holding());
    all += part;
  }
  const auto found = splitter.feed("\x1b[201~");
  REQUIRE(found.size() == 1);
  CHECK(found[0].pasted);
  CHECK((found[0].bytes == all));
}
