#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/ascii.h"

using namespace wscope;

TEST_CASE("letters and digits are those of ASCII, and nothing else is") {
  const std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
  const std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string_view digits = "0123456789";
  const std::string_view hex = "0123456789abcdefABCDEF";
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const char c = static_cast<char>(byte);
    const auto in = [c](std::string_view set) { return set.find(c) != std::string_view::npos; };
    CHECK(is_digit(c) == in(digits));
    CHECK(is_letter(c) == (in(lower) || in(upper)));
    CHECK(is_hex_digit(c) == in(hex));
    CHECK(to_lower(c) == (in(upper) ? lower[upper.find(c)] : c));
    CHECK(to_upper(c) == (in(lower) ? upper[lower.find(c)] : c));
  }
}

TEST_CASE("a hexadecimal digit has the value that strtol finds") {
  for (const char c : std::string_view("0123456789abcdefABCDEF")) {
    CHECK(hex_value(c) == std::stoi(std::string(1, c), nullptr, 16));
  }
  CHECK(hex_value('g') == -1);
}

TEST_CASE("texts are compared and changed in ASCII's letters only") {
  CHECK(equal_ignoring_case("Sec-WebSocket-KEY", "sec-websocket-key"));
  CHECK_FALSE(equal_ignoring_case("a", "ab"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
  CHECK(contains_ignoring_case("Say BASIC realm", "basic"));
  CHECK_FALSE(contains_ignoring_case("bas", "basic"));
  CHECK(lower_case("ÄBC-[9]") == "Äbc-[9]");
  CHECK(upper_case("äbc-{9}") == "äBC-{9}");
  CHECK(is_digits("007"));
  CHECK_FALSE(is_digits(""));
  CHECK_FALSE(is_digits("1 "));
  CHECK_FALSE(is_digits("-1"));
}
