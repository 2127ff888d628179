#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "input/completion.h"
#include "input/slash_command.h"
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
  CHECK(words_for("/").size() == wscope::input::slash_command_names().size());
  CHECK(words_for("//p").empty());
  CHECK(words_for("x /p").empty());
  CHECK(words_for("/nothing").empty());
  CHECK(complete("/p", 0, {}).space);
}

TEST_CASE("arguments of commands") {
  CHECK(words_for("/close go") == Words{"going-away"});
  CHECK(words_for("/close ").size() > 10);
  CHECK(words_for("/close 101") == Words{"1010", "1011", "1012", "1013", "1014"});
  CHECK(complete("/close t", 7, {}).shown == Words{"1013 try-again-later", "3008 timeout"});
  CHECK(complete("/close t", 7, {}).words == Words{"try-again-later", "timeout"});
  CHECK(words_for("/close 1006").empty());
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
  recent.learn("bad\x1b[2Jword bad\xc3 badly " + std::string("bad") + std::string(300, 'x'));
  recent.learn("bad\u009bm bad\u202eend bad\u061c bad\u200f bad\u2067 bad\u2028x");
  CHECK(words_for("bad", recent) == Words{"badly"});
}

TEST_CASE("words in any writing complete") {
  RecentWords recent;
  recent.learn("{\"größe\":1,\"漢字\":2}");
  CHECK(words_for("{\"gr", recent) == Words{"größe"});
  CHECK(words_for("漢", recent) == Words{"漢字"});
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
