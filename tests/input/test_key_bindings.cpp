#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "input/key_bindings.h"

using namespace wscope::input;
using Words = std::vector<std::string>;

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

TEST_CASE("the key that comes first gives its message and is taken off") {
  KeyBindings bindings;
  CHECK(bindings.empty());
  CHECK(bindings.add("space", "buzz"));
  CHECK(bindings.add("up", "north"));
  CHECK(bindings.add("esc", "stop"));
  CHECK_FALSE(bindings.add("nokey", "x"));
  std::string_view keys = "  \x1bOA\x1b[Ax";
  for (const char* message : {"buzz", "buzz", "north", "north"}) {
    const std::string* found = bindings.take(keys);
    REQUIRE(found != nullptr);
    CHECK(*found == message);
  }
  CHECK(bindings.take(keys) == nullptr);
  CHECK(keys == "x");
  keys = "\x1b[B";
  CHECK(bindings.take(keys) == nullptr);
  keys = "\x1b";
  REQUIRE(bindings.take(keys) != nullptr);
  CHECK(keys.empty());
}

TEST_CASE("the first key of many: a sequence, or one character") {
  CHECK(first_key("abc") == "a");
  CHECK(first_key("\xc3\xa9x") == "\xc3\xa9");
  CHECK(first_key("\x1b[1;5Cx") == "\x1b[1;5Cx");
  CHECK(first_key("").empty());
}
