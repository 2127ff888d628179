#include <doctest/doctest.h>

#include "session/cookie.h"

using namespace wscope;
using namespace wscope::session;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;

net::Url url(const std::string& text) { return net::parse_url(text).value(); }

/// What `to` is sent after `from` answered with these Set-Cookie values.
std::string sent(const std::vector<std::string>& set, const std::string& from,
                 const std::string& to, std::int64_t later = 0) {
  CookieJar jar;
  for (const std::string& text : set) {
    if (auto cookie = parse_set_cookie(text, url(from), kNow)) jar.add(*cookie);
  }
  return jar.header(url(to), kNow + later);
}

}  // namespace

TEST_CASE("a cookie goes back to its host and below its path") {
  CHECK(sent({"a=1"}, "ws://h/x/y", "ws://h/x/z") == "a=1");
  CHECK(sent({"a=1"}, "ws://h/x/y", "ws://h/x") == "a=1");
  CHECK(sent({"a=1"}, "ws://h/x/y", "ws://h/xy") == "");
  CHECK(sent({"a=1"}, "ws://h/x", "ws://h:81/") == "a=1");
  CHECK(sent({"a=1"}, "ws://h/x", "ws://other/") == "");
  CHECK(sent({"a=1; Path=/p"}, "ws://h/x", "ws://h/p/q?r") == "a=1");
  CHECK(sent({"a=1; Path=/p/"}, "ws://h/x", "ws://h/p") == "");
  CHECK(sent({"a=1; Path=p"}, "ws://h/x/y", "ws://h/x/") == "a=1");
}

TEST_CASE("Domain widens to hosts below, never to foreign ones or whole suffixes") {
  CHECK(sent({"a=1; Domain=b.example"}, "ws://a.b.example/", "ws://c.b.example/") == "a=1");
  CHECK(sent({"a=1; domain=.B.Example"}, "ws://a.b.example/", "ws://b.example/") == "a=1");
  CHECK(sent({"a=1"}, "ws://b.example/", "ws://a.b.example/") == "");
  CHECK(sent({"a=1; Domain=evil.example"}, "ws://b.example/", "ws://evil.example/") == "");
  CHECK(sent({"a=1; Domain=example"}, "ws://b.example/", "ws://b.example/") == "");
  CHECK(sent({"a=1; Domain=localhost"}, "ws://localhost/", "ws://localhost/") == "a=1");
  CHECK(sent({"a=1; Domain=localhost"}, "ws://localhost/", "ws://x.localhost/") == "");
  CHECK(sent({"a=1; Domain=0.0.1"}, "ws://127.0.0.1/", "ws://127.0.0.1/") == "");
}

TEST_CASE("Secure, Max-Age and Expires") {
  CHECK(sent({"a=1; Secure"}, "wss://h/", "ws://h/") == "");
  CHECK(sent({"a=1; Secure"}, "wss://h/", "wss://h/") == "a=1");
  CHECK(sent({"a=1; Max-Age=10"}, "ws://h/", "ws://h/", 9) == "a=1");
  CHECK(sent({"a=1; Max-Age=10"}, "ws://h/", "ws://h/", 10) == "");
  CHECK(sent({"a=1; Max-Age=99999999999999999999999"}, "ws://h/", "ws://h/") == "a=1");
  CHECK(sent({"a=1; Max-Age=x"}, "ws://h/", "ws://h/") == "a=1");
  CHECK(sent({"a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT"}, "ws://h/", "ws://h/") == "");
  CHECK(sent({"a=1; Max-Age=5; Expires=Wed, 21 Oct 2015 07:28:00 GMT"}, "ws://h/", "ws://h/") ==
        "a=1");
  CHECK(sent({"a=1", "a=; Max-Age=0"}, "ws://h/", "ws://h/") == "");
}

TEST_CASE("order, replacement, odd values") {
  CHECK(sent({"a=1", "b=2; Path=/x", "a=3"}, "ws://h/", "ws://h/x") == "b=2; a=3");
  CHECK(sent({" a = \"q=r\" ;HttpOnly"}, "ws://h/", "ws://h/") == "a=\"q=r\"");
  CHECK(sent({"a="}, "ws://h/", "ws://h/") == "a=");
  for (const std::string bad : {"", "a", ";a=1", "=1", "a=\x01", "\x7f=1"}) {
    CAPTURE(bad);
    CHECK(sent({bad}, "ws://h/", "ws://h/") == "");
  }
  CHECK(sent({"a=" + std::string(5000, 'x')}, "ws://h/", "ws://h/") == "");
}

TEST_CASE("a server can't fill the jar without end: the oldest goes") {
  CookieJar jar;
  for (std::size_t i = 0; i <= CookieJar::kMostCookies; ++i) {
    jar.add(*parse_set_cookie(std::to_string(i) + "=v", url("ws://a/"), 0));
  }
  const std::string header = jar.header(url("ws://a/"), 0);
  CHECK(header.substr(0, 9) == "1=v; 2=v;");
  const std::string newest = std::to_string(CookieJar::kMostCookies) + "=v";
  REQUIRE(header.size() > newest.size());
  CHECK(header.substr(header.size() - newest.size()) == newest);
}

TEST_CASE("dates in all their spellings") {
  for (const char* text : {"Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-15 07:28:00 GMT",
                           "Wed Oct 21 07:28:00 2015", "21 october 2015 7:28:0"}) {
    CAPTURE(text);
    CHECK(parse_cookie_date(text) == 1445412480);
  }
  CHECK(parse_cookie_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  CHECK(parse_cookie_date("Thu, 29 Feb 2024 12:00:00 GMT") == 1709208000);
  for (const char* text : {"", "GMT", "21 Oct 2015", "07:28:00 Oct 2015", "32 Oct 2015 07:28:00",
                           "21 Oct 2015 24:00:00", "21 Oct 1500 00:00:00", "0"}) {
    CAPTURE(text);
    CHECK(!parse_cookie_date(text));
  }
}

TEST_CASE("a file in Netscape's format") {
  const auto cookies = read_cookie_file(
      "# Netscape HTTP Cookie File\n\n"
      ".b.example\tTRUE\t/\tFALSE\t0\twide\t1\r\n"
      "#HttpOnly_b.example\tFALSE\t/x\tTRUE\t1800000000\tnarrow\tb\n"
      "b.example\tFALSE\t/\tFALSE\t5\told\t3\n"
      "b.example\tFALSE\t/\tFALSE\t0\tempty");
  REQUIRE(cookies);
  REQUIRE(cookies->size() == 4);
  CHECK((*cookies)[0].domain == "b.example");
  CHECK(cookie_matches((*cookies)[0], url("ws://a.b.example/"), kNow));
  CHECK(!cookie_matches((*cookies)[1], url("ws://b.example/x"), kNow));
  CHECK(cookie_matches((*cookies)[1], url("wss://b.example/x"), kNow));
  CHECK(!cookie_matches((*cookies)[2], url("ws://b.example/"), kNow));
  CHECK((*cookies)[3].value == "");
}

TEST_CASE("a file that is something else names its line") {
  const std::pair<const char*, const char*> cases[] = {
      {"# ok\nname=value\n", "bad cookie file, line 2: 1 fields instead of 7"},
      {"a\tTRUE\t/\tFALSE\tsoon\tn\tv", "bad cookie file, line 1: the expiry is not a number"},
      {"\tTRUE\t/\tFALSE\t0\tn\tv", "bad cookie file, line 1: no domain or no name"},
  };
  for (const auto& [text, expected] : cases) {
    const auto cookies = read_cookie_file(text);
    REQUIRE(!cookies);
    CHECK(cookies.error().message == expected);
    CHECK(cookies.error().stage == Stage::kUsage);
  }
  CHECK(read_cookie_file("")->empty());
}
