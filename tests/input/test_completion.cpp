#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "input/completion.h"
#include "input/key_names.h"

using namespace wscope::input;
using Words = std::vector<std::string>;

namespace {

Words words_for(std::string_view line, const RecentWords& recent = {}) {
  const std::size_t last = line.find_last_of(kWordBreaks);
  return complete(line, last == std::string_view::npos ? 0 : last + 1, recent).words;
}

}  // namespace

TEST_CASE("slash commands complete at the line's beginning only") {
  CHECK(words_for("/p") == Words{"/ping", "/pong"});
  CHECK(words_for("/tr") == Words{"/trace"});
  CHECK(words_for("/").size() == 13);
  CHECK(words_for("//p").empty());
  CHECK(words_for("x /p").empty());
  CHECK(words_for("/nothing").empty());
  CHECK(complete("/p", 0, {}).space);
}

TEST_CASE("arguments of commands") {
  CHECK(words_for("/close go") == Words{"going-away"});
  CHECK(words_for("/close ").size() > 10);
  CHECK(words_for("/close 1000 go").empty());
  CHECK(words_for("/trace o") == Words{"on", "off"});
  CHECK(complete("/file /et", 6, {}).files);
  CHECK_FALSE(complete("/json /et", 6, {}).files);
}

TEST_CASE("words of recent messages, the newest first, JSON's names among them") {
  RecentWords recent;
  recent.learn("{\"subscribe\":\"ticker.BTC\",\"n\":1}");
  recent.learn("subway sub subscribe");
  CHECK(words_for("{\"su", recent) == Words{"subway", "sub", "subscribe"});
  CHECK(words_for("tick", recent) == Words{"ticker.BTC"});
  CHECK(words_for("sub", recent) == Words{"subway", "subscribe"});
  CHECK(words_for("/ping sub", recent) == Words{"subway", "subscribe"});
  CHECK(words_for("", recent).empty());
  CHECK_FALSE(complete("tick", 0, recent).space);
}

TEST_CASE("what would drive the terminal or fill the screen is no word") {
  RecentWords recent;
  recent.learn("bad\x1b[2Jword bad\xc3\xa9 badly " + std::string("bad") + std::string(300, 'x'));
  CHECK(words_for("bad", recent) == Words{"badly"});
}

TEST_CASE("old messages are forgotten, of long ones the beginning counts") {
  RecentWords recent;
  recent.learn("ancient");
  for (int i = 0; i < 64; ++i) recent.learn("new");
  CHECK(words_for("an", recent).empty());
  recent.learn("front " + std::string(4000, ' ') + "behind");
  CHECK(words_for("fr", recent) == Words{"front"});
  CHECK(words_for("be", recent).empty());
}

TEST_CASE("names of keys") {
  CHECK(key_sequences("space") == Words{" "});
  CHECK(key_sequences("a") == Words{"a"});
  CHECK(key_sequences("\xc3\xa9") == Words{"\xc3\xa9"});
  CHECK(key_sequences("^") == Words{"^"});
  CHECK(key_sequences("Ctrl-X") == Words{"\x18"});
  CHECK(key_sequences("^a") == Words{"\x01"});
  CHECK(key_sequences("up") == Words{"\x1b[A", "\x1bOA"});
  CHECK(key_sequences("F5").front() == "\x1b[15~");
  for (const char* name : {"", "nope", "ab", "ctrl-", "ctrl-!", "f13", "\xff"}) {
    CHECK(key_sequences(name).empty());
  }
}
