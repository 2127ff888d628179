#include <doctest/doctest.h>

#include "base/close_code.h"

using namespace wscope;

TEST_CASE("close codes have the names of RFC 6455 7.4.1 and of IANA's registry") {
  CHECK(close_code_name(1000) == "normal");
  CHECK(close_code_name(1001) == "going away");
  CHECK(close_code_name(1002) == "protocol error");
  CHECK(close_code_name(1009) == "message too big");
  CHECK(close_code_name(1012) == "service restart");
  CHECK(close_code_name(1013) == "try again later");
  CHECK(close_code_name(1014) == "bad gateway");
  CHECK(close_code_name(1015) == "TLS handshake");
  CHECK(close_code_name(3000) == "unauthorized");
  CHECK(close_code_name(3003) == "forbidden");
  CHECK(close_code_name(3008) == "timeout");
  CHECK(close_code_name(3001) == "registered");
  CHECK(close_code_name(3999) == "registered");
  CHECK(close_code_name(4000) == "private use");
  CHECK(close_code_name(4999) == "private use");
  CHECK(close_code_name(5000) == "unknown");
  CHECK(close_code_name(1016) == "unknown");
  CHECK(close_code_name(0) == "unknown");
}

TEST_CASE("a close code is found by its number or its name, however that is written") {
  CHECK(close_code_from_word("1001") == 1001);
  CHECK(close_code_from_word("going-away") == 1001);
  CHECK(close_code_from_word("going away") == 1001);
  CHECK(close_code_from_word("Going_Away") == 1001);
  CHECK(close_code_from_word("tls-handshake") == 1015);
  CHECK(close_code_from_word("normal closure") == 1000);
  CHECK(close_code_from_word("invalid-frame-payload-data") == 1007);
  CHECK(close_code_from_word("TIMEOUT") == 3008);
  CHECK(close_code_from_word("0") == 0);
  CHECK(close_code_from_word("65535") == 65535);
  for (const char* word : {"", "65536", "99999", "100000", "-1", "1000 ", "goingaway", "unknown",
                           "private use", "registered", "norma", "normal!"}) {
    CAPTURE(word);
    CHECK_FALSE(close_code_from_word(word).has_value());
  }
}

TEST_CASE("every name of a code leads back to the code") {
  for (unsigned code = 1000; code < 4000; ++code) {
    const auto name = close_code_name(static_cast<std::uint16_t>(code));
    if (name == "unknown" || name == "registered") continue;
    CAPTURE(code);
    CHECK(close_code_from_word(name) == code);
  }
}

TEST_CASE("codes on the wire and codes to send (RFC 6455 7.4)") {
  struct Range {
    unsigned first, last;
    bool valid;
  };
  const Range ranges[] = {{0, 999, false},     {1000, 1003, true},  {1004, 1006, false},
                          {1007, 1014, true},  {1015, 2999, false}, {3000, 4999, true},
                          {5000, 65535, false}};
  for (const Range& range : ranges) {
    for (unsigned code = range.first; code <= range.last; ++code) {
      const auto number = static_cast<std::uint16_t>(code);
      if (close_code_valid_on_wire(number) != range.valid ||
          why_not_sendable(number).empty() != range.valid) {
        CAPTURE(code);
        CHECK(close_code_valid_on_wire(number) == range.valid);
        CHECK(why_not_sendable(number).empty() == range.valid);
      }
    }
  }
  CHECK(why_not_sendable(1004) == "1004 is reserved: its meaning was never defined");
  CHECK(why_not_sendable(1005) == "1005 is reserved: it says that a Close came without a code");
  CHECK(why_not_sendable(1006) == "1006 is reserved: it says that no Close came");
  CHECK(why_not_sendable(1015) == "1015 is reserved: it says that the TLS handshake failed");
  CHECK(why_not_sendable(999) == "999 is not a close code: they begin at 1000");
  CHECK(why_not_sendable(2000) == "2000 is reserved for future versions of the protocol");
  CHECK(why_not_sendable(5000) == "5000 is not a close code: they end at 4999");
}

TEST_CASE("the words offered for /close lead to codes that may be sent") {
  const auto words = sendable_close_words();
  CHECK(words.size() > 10);
  for (const auto& [code, word] : words) {
    CAPTURE(word);
    CHECK(word.find(' ') == std::string::npos);
    CHECK(close_code_from_word(word) == code);
    CHECK(why_not_sendable(code).empty());
  }
}
