#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "base/http_field.h"

using namespace wscope;

TEST_CASE("a token is what RFC 9110 5.6.2 says") {
  CHECK(is_token("chat"));
  CHECK(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const std::string& text :
       {std::string(), std::string("a b"), std::string("a,b"), std::string("a:b"),
        std::string("a/b"), std::string("a\tb"), std::string("a\0b", 3), std::string("\0", 1),
        std::string("\x7f"), std::string("ä"), std::string("\"a\""), std::string("a=b")}) {
    CAPTURE(text);
    CHECK_FALSE(is_token(text));
  }
}

TEST_CASE("lists are split at commas, empty elements dropped") {
  CHECK(split_list("").empty());
  CHECK(split_list(" , ,\t").empty());
  CHECK(split_list("a") == std::vector<std::string_view>{"a"});
  CHECK(split_list(" a ,b\t,, c c ") == std::vector<std::string_view>{"a", "b", "c c"});
  CHECK(list_has("keep-alive, UPGRADE", "upgrade"));
  CHECK_FALSE(list_has("keep-alive, upgraded", "upgrade"));
}

TEST_CASE("delay-seconds are digits, and not too many seconds (RFC 9110 10.2.3)") {
  CHECK(delay_seconds("0", 3600) == 0);
  CHECK(delay_seconds("0120", 3600) == 120);
  CHECK(delay_seconds("3600", 3600) == 3600);
  for (const char* value : {"3601", "10000000000", "99999999999999999999999999"}) {
    CAPTURE(value);
    CHECK(delay_seconds(value, 3600) == 3600);
  }
  for (const char* value : {"", "-1", "+1", "1.5", "1e10", "inf", "nan", "0x10", "1 2", " 1",
                            "Fri, 31 Dec 1999 23:59:59 GMT"}) {
    CAPTURE(value);
    CHECK_FALSE(delay_seconds(value, 3600).has_value());
  }
}

TEST_CASE("RFC 9112 4: status lines") {
  const auto whole = parse_status_line("HTTP/1.1 101 Switching Protocols");
  REQUIRE(whole.has_value());
  CHECK(whole->major_version == 1);
  CHECK(whole->minor_version == 1);
  CHECK(whole->status == 101);
  CHECK(whole->reason == "Switching Protocols");
  for (const char* line : {"HTTP/1.0 200", "HTTP/1.1 200 "}) {
    CAPTURE(line);
    const auto parsed = parse_status_line(line);
    REQUIRE(parsed.has_value());
    CHECK(parsed->status == 200);
    CHECK(parsed->reason.empty());
  }
  for (const char* line : {"", "HTTP/1.1", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 200x",
                           "HTTP/1.1 099 x", "HTTP/1.1  200", "http/1.1 200 x", "HTTP/x.1 200 x",
                           "HTTP/1 200 OK and more", "HTTP/1.1\t200 x", "ICY 200 OK"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_status_line(line).has_value());
  }
}

TEST_CASE("fields of a head, without its first line") {
  const std::string_view head =
      "HTTP/1.1 200 a: b\r\nVia: one\r\nvia:\t two , three \r\nHTTP/1.1 200 a : no\nEmpty:\r\n\r\n";
  CHECK(find_field(head, "VIA") == "one");
  CHECK(find_field(head, "Empty") == "");
  CHECK_FALSE(find_field(head, "HTTP/1.1 200 a").has_value());
  CHECK_FALSE(find_field("", "Via").has_value());
  CHECK(field_list(head, "Via") == std::vector<std::string_view>{"one", "two", "three"});
  CHECK(field_list(head, "Empty").empty());
  CHECK(field_list(head, "None").empty());
}

TEST_CASE("what would end or spoil a line of a head") {
  CHECK_FALSE(breaks_line("a value\t"));
  CHECK(breaks_line("a\rb"));
  CHECK(breaks_line("a\n"));
  CHECK(breaks_line(std::string_view("\0", 1)));
}

TEST_CASE("a date is that of RFC 9110 5.6.7") {
  using std::chrono::system_clock;
  CHECK(http_date(system_clock::from_time_t(784111777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(system_clock::from_time_t(951827696)) == "Tue, 29 Feb 2000 12:34:56 GMT");
  CHECK(http_date(system_clock::from_time_t(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("the name of a header, in each form of -H") {
  CHECK(header_name("Host: h:8080") == "Host");
  CHECK(header_name(" X-A \t: b") == "X-A");
  CHECK(header_name("User-Agent:") == "User-Agent");
  CHECK(header_name("X-Empty;") == "X-Empty");
  CHECK(header_name("bare") == "bare");
  CHECK(header_name("").empty());
}
