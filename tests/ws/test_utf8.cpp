#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "ws/utf8.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

struct Case {
  std::string text;
  std::size_t decided_at;  // offset of the byte that decides; npos: valid, or only cut
  bool complete;
};

constexpr std::size_t kNever = std::string::npos;

const std::vector<Case> kCases = {
    {"", kNever, true},
    {"hello", kNever, true},
    {"h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x98\x80", kNever, true},
    {std::string("\0", 1), kNever, true},
    // Cut at each place.
    {"\xc3", kNever, false},
    {"\xe2\x82", kNever, false},
    {"\xf0\x9f\x98", kNever, false},
    // The first byte can't begin anything.
    {"\x80", 0, false},
    {"\xbf", 0, false},
    {"\xc0\xaf", 0, false},
    {"\xc1\xbf", 0, false},
    {"\xf5\x80\x80\x80", 0, false},
    {"\xfe", 0, false},
    {"\xff", 0, false},
    // The second byte decides.
    {"\xe0\x80\xaf", 1, false},
    {"\xe0\x9f\xbf", 1, false},
    {"\xf0\x80\x80\xaf", 1, false},
    {"\xf0\x8f\xbf\xbf", 1, false},
    {"\xed\xa0\x80", 1, false},
    {"\xed\xbf\xbf", 1, false},
    {"\xf4\x90\x80\x80", 1, false},
    {"\xc3\x28", 1, false},
    // Later ones.
    {"\xe2\x82\x28", 2, false},
    {"\xf0\x9f\x98\x28", 3, false},
    {"\xf0\x9f\x98\xc3\xa9", 3, false},
    {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80\x65\x64", 12, false},
    {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64", 12, false},
};

}  // namespace

TEST_CASE("a text in pieces fails at the byte that decides it, in every split into two") {
  for (const Case& sample : kCases) {
    for (const std::size_t before : {0u, 1u, 15u, 16u, 31u, 33u, 64u, 200u}) {
      const std::string text = std::string(before, 'x') + sample.text;
      const std::size_t decided_at =
          sample.decided_at == kNever ? kNever : sample.decided_at + before;
      CAPTURE(text);
      for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Utf8Checker checker;
        const std::string_view view = text;
        const bool first = checker.feed(view.substr(0, cut));
        REQUIRE(first == (decided_at == kNever || cut <= decided_at));
        const bool second = checker.feed(view.substr(cut));
        REQUIRE(second == (decided_at == kNever));
        REQUIRE(checker.complete() == sample.complete);
        if (decided_at != kNever) REQUIRE(checker.failed_at() == decided_at);
      }
      CHECK(utf8_error_offset(text) == (decided_at == kNever ? text.size() : decided_at));
    }
  }
}

TEST_CASE("byte by byte, no byte too early and none too late") {
  for (const Case& sample : kCases) {
    CAPTURE(sample.text);
    Utf8Checker checker;
    for (std::size_t i = 0; i < sample.text.size(); ++i) {
      REQUIRE(checker.feed(std::string_view(sample.text).substr(i, 1)) ==
              (sample.decided_at == kNever || i < sample.decided_at));
    }
    CHECK(checker.complete() == sample.complete);
  }
}

TEST_CASE("a checker stays failed until it is reset") {
  Utf8Checker checker;
  CHECK_FALSE(checker.feed("a\xff"));
  CHECK_FALSE(checker.feed("a"));
  CHECK_FALSE(checker.complete());
  checker.reset();
  CHECK(checker.feed("\xc3"));
  CHECK_FALSE(checker.complete());
  CHECK(checker.feed("\xa9"));
  CHECK(checker.complete());
}

TEST_CASE("every pair of bytes after every cut lead is judged as the whole text is") {
  const std::vector<std::string> begun = {"\xc3", "\xe0",    "\xe2",     "\xe2\x82",
                                          "\xed", "\xf0",    "\xf0\x9f", "\xf0\x9f\x98",
                                          "\xf4", "\xf3\xbf"};
  std::size_t wrong = 0;
  for (const std::string& lead : begun) {
    for (unsigned pair = 0; pair < 0x10000; ++pair) {
      const std::string rest = {static_cast<char>(pair >> 8), static_cast<char>(pair)};
      Utf8Checker checker;
      const bool good = checker.feed(lead) && checker.feed(rest) && checker.complete();
      if (good != is_valid_utf8(lead + rest)) ++wrong;
    }
  }
  CHECK(wrong == 0);
}
