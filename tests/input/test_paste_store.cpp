#include <doctest/doctest.h>

#include <string>

#include "input/paste_store.h"

using namespace wscope::input;

TEST_CASE("a mark tells size and lines, and expands to the paste") {
  PasteStore store;
  const std::string text(3000, 'x');
  const std::string one = store.mark(text);
  CHECK(one == "[paste 1: 3000 bytes]");
  const std::string lines = "a\n[paste 1: 3000 bytes]\nb";
  const std::string two = store.mark(lines);
  CHECK(two == "[paste 2: 25 bytes, 3 lines]");
  const std::string three = store.mark(std::string(3 << 19, 'y'));
  CHECK(three == "[paste 3: 1.5 MiB]");
  CHECK(store.expand("before " + one + " between " + two + " after") ==
        "before " + text + " between " + lines + " after");
  CHECK((store.expand(three) == std::string(3 << 19, 'y')));
}

TEST_CASE("a mark that was edited, or that nobody gave, is text") {
  PasteStore store;
  store.mark("x");
  for (const char* line : {"[paste 1: 2 bytes]", "[paste 2: 1 bytes]", "[paste ", "", "paste 1"}) {
    CHECK(store.expand(line) == line);
  }
  CHECK(store.expand("[paste [paste 1: 1 bytes]") == "[paste x");
}

TEST_CASE("a part of a mark is told, wherever it was cut or changed") {
  PasteStore store;
  const std::string one = store.mark(std::string(3000, 'x'));
  const std::string two = store.mark("a\nb");
  CHECK(one == "[paste 1: 3000 bytes]");
  for (const char* line : {"[paste 1: 3000 bytes", "[paste 1: 30Z00 bytes]", "paste 1: 3000 bytes]",
                           "a [paste 1", ": 3000 bytes]", "[paste 2: 3 bytes]"}) {
    CAPTURE(line);
    CHECK(store.broken_mark(line) == (line[7] == '2' ? two : one));
    CHECK(store.broken_mark(two + " " + one + line + two) == (line[7] == '2' ? two : one));
  }
  for (const std::string& line :
       {one, one + two, "say " + one + " and " + one, std::string(),
        std::string("[paste 3: 1 bytes]"), std::string("[paste 12"), std::string("[paste ")}) {
    CAPTURE(line);
    CHECK(store.broken_mark(line).empty());
  }
}

TEST_CASE("old pastes are forgotten when they grow beyond the bound, the newest never") {
  PasteStore store;
  const std::string first = store.mark("small");
  const std::string big = store.mark(std::string(std::size_t{65} << 20, 'x'));
  CHECK(store.forgotten_mark("say " + big + first) == first);
  CHECK(store.broken_mark(first).empty());
  CHECK(store.forgotten_mark(big).empty());
  CHECK(store.expand(big).size() == std::size_t{65} << 20);
}

TEST_CASE("what the line holds is kept beyond the bound") {
  PasteStore store;
  const std::size_t half = std::size_t{34} << 20;
  const std::string old = store.mark("old");
  const std::string one = store.mark(std::string(half, 'x'));
  const std::string two = store.mark(std::string(half, 'y'), "say " + one);
  CHECK(store.forgotten_mark(one + two).empty());
  CHECK(store.expand(one + two).size() == 2 * half);
  CHECK(store.forgotten_mark(old) == old);
}

TEST_CASE("rows of a text") {
  CHECK(rows_of("", 10) == 1);
  CHECK(rows_of("123456789", 10) == 1);
  CHECK(rows_of("1234567890", 10) == 2);
  CHECK(rows_of("a\nb\n", 10) == 3);
}
