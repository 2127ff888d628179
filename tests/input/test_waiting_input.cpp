// What waits for room at the prompt.
#include <doctest/doctest.h>

#include "input/waiting_input.h"

using wscope::input::WaitingInput;

TEST_CASE("what waits comes back in its order") {
  WaitingInput waiting;
  CHECK(waiting.empty());
  CHECK(waiting.begin("\rone").empty());
  CHECK_FALSE(waiting.add({true, "a\x03paste"}));
  CHECK_FALSE(waiting.add({false, "two\r"}));
  CHECK_FALSE(waiting.empty());
  const auto inputs = waiting.take();
  REQUIRE(inputs.size() == 3);
  CHECK(inputs[0].bytes == "\rone");
  CHECK((inputs[1].pasted && inputs[1].bytes == "a\x03paste"));
  CHECK((!inputs[2].pasted && inputs[2].bytes == "two\r"));
  CHECK(waiting.empty());
}

TEST_CASE("Ctrl-C gives up what waits, and is a key itself") {
  WaitingInput waiting;
  CHECK(waiting.begin("\rab\x03"
                      "c\x03") ==
        "\x03"
        "c\x03");
  CHECK(waiting.empty());
  CHECK(waiting.begin("\r").empty());
  CHECK(*waiting.add({false, "more\x03/quit\r"}) == "\x03/quit\r");
  CHECK(waiting.empty());
}

TEST_CASE("only so much waits here") {
  WaitingInput waiting;
  waiting.begin("\r");
  waiting.add({true, std::string(65534, 'x')});
  CHECK_FALSE(waiting.full());
  waiting.add({false, "x"});
  CHECK(waiting.full());
  waiting.take();
  CHECK_FALSE(waiting.full());
}
