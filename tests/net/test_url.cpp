#include <doctest/doctest.h>

#include <string>

#include "net/url.h"

using wscope::Stage;
using wscope::net::parse_url;

namespace {

struct Good {
  const char* text;
  bool secure;
  const char* host;
  int port;
  const char* resource;
  const char* authority;
  const char* display;
};

const Good kGood[] = {
    // RFC 6455 section 3
    {"ws://h", false, "h", 80, "/", "h", "ws://h/"},
    {"ws://h/", false, "h", 80, "/", "h", "ws://h/"},
    {"ws://example.com/chat?x=1&y=2", false, "example.com", 80, "/chat?x=1&y=2", "example.com",
     "ws://example.com/chat?x=1&y=2"},
    {"wss://h", true, "h", 443, "/", "h", "wss://h/"},
    {"ws://h:443", false, "h", 443, "/", "h:443", "ws://h:443/"},
    {"wss://h:80/a", true, "h", 80, "/a", "h:80", "wss://h:80/a"},
    {"WS://H.Example/A", false, "h.example", 80, "/A", "h.example", "ws://h.example/A"},
    {"WsS://h", true, "h", 443, "/", "h", "wss://h/"},
    {"http://h:8080/x", false, "h", 8080, "/x", "h:8080", "ws://h:8080/x"},
    {"HTTPS://h/x", true, "h", 443, "/x", "h", "wss://h/x"},
    {"ws://h?x=1", false, "h", 80, "/?x=1", "h", "ws://h/?x=1"},
    {"ws://h:99?x=1", false, "h", 99, "/?x=1", "h:99", "ws://h:99/?x=1"},
    {"ws://h?", false, "h", 80, "/?", "h", "ws://h/?"},
    {"ws://h:/x", false, "h", 80, "/x", "h", "ws://h/x"},
    {"ws://h:0099/", false, "h", 99, "/", "h:99", "ws://h:99/"},
    {"ws://h:65535", false, "h", 65535, "/", "h:65535", "ws://h:65535/"},
    // the resource
    {"ws://h/a%20b%2Fc", false, "h", 80, "/a%20b%2Fc", "h", "ws://h/a%20b%2Fc"},
    {"ws://h/a b", false, "h", 80, "/a%20b", "h", "ws://h/a%20b"},
    {"ws://h/\xc3\xbc?q=\xc3\xa9", false, "h", 80, "/%C3%BC?q=%C3%A9", "h",
     "ws://h/%C3%BC?q=%C3%A9"},
    {"ws://h//a/../b", false, "h", 80, "//a/../b", "h", "ws://h//a/../b"},
    {"ws://h/?u=http://x@y:z", false, "h", 80, "/?u=http://x@y:z", "h", "ws://h/?u=http://x@y:z"},
    // short forms
    {"localhost", false, "localhost", 80, "/", "localhost", "ws://localhost/"},
    {"localhost:8765", false, "localhost", 8765, "/", "localhost:8765", "ws://localhost:8765/"},
    {"h:443", true, "h", 443, "/", "h", "wss://h/"},
    {"h:443/x?y", true, "h", 443, "/x?y", "h", "wss://h/x?y"},
    {"h/path", false, "h", 80, "/path", "h", "ws://h/path"},
    {"h?q", false, "h", 80, "/?q", "h", "ws://h/?q"},
    {":8080/path", false, "localhost", 8080, "/path", "localhost:8080", "ws://localhost:8080/path"},
    {":443", true, "localhost", 443, "/", "localhost", "wss://localhost/"},
    {":8080", false, "localhost", 8080, "/", "localhost:8080", "ws://localhost:8080/"},
    {"/path", false, "localhost", 80, "/path", "localhost", "ws://localhost/path"},
    // what begins like a scheme may be the name of a host
    {"ws:8080/x", false, "ws", 8080, "/x", "ws:8080", "ws://ws:8080/x"},
    {"https:443", true, "https", 443, "/", "https", "wss://https/"},
    {"unix:80", false, "unix", 80, "/", "unix", "ws://unix/"},
    {"unix", false, "unix", 80, "/", "unix", "ws://unix/"},
    {"ws/x", false, "ws", 80, "/x", "ws", "ws://ws/x"},
    {"ws/x//y", false, "ws", 80, "/x//y", "ws", "ws://ws/x//y"},
    {"h//x", false, "h", 80, "//x", "h", "ws://h//x"},
    {"h:/x", false, "h", 80, "/x", "h", "ws://h/x"},
    {"1.example/x", false, "1.example", 80, "/x", "1.example", "ws://1.example/x"},
    {"127.1", false, "127.0.0.1", 80, "/", "127.0.0.1", "ws://127.0.0.1/"},
    {"h:80/ws://x", false, "h", 80, "/ws://x", "h", "ws://h/ws://x"},
    // addresses
    {"ws://127.0.0.1:1", false, "127.0.0.1", 1, "/", "127.0.0.1:1", "ws://127.0.0.1:1/"},
    {"ws://127.1", false, "127.0.0.1", 80, "/", "127.0.0.1", "ws://127.0.0.1/"},
    {"ws://0x7f000001", false, "127.0.0.1", 80, "/", "127.0.0.1", "ws://127.0.0.1/"},
    {"ws://[::1]:8765", false, "::1", 8765, "/", "[::1]:8765", "ws://[::1]:8765/"},
    {"[::1]:8765/x", false, "::1", 8765, "/x", "[::1]:8765", "ws://[::1]:8765/x"},
    {"wss://[0:0:0:0:0:0:0:1]", true, "::1", 443, "/", "[::1]", "wss://[::1]/"},
    {"ws://[fe80::1%eth0]", false, "fe80::1", 80, "/", "[fe80::1]", "ws://[fe80::1%eth0]/"},
    {"ws://[fe80::1%25eth0]:9", false, "fe80::1", 9, "/", "[fe80::1]:9", "ws://[fe80::1%eth0]:9/"},
    // names
    {"ws://b\xc3\xbc"
     "cher.example/",
     false, "xn--bcher-kva.example", 80, "/", "xn--bcher-kva.example",
     "ws://xn--bcher-kva.example/"},
    {"ws://b%C3%BCcher.example/", false, "xn--bcher-kva.example", 80, "/", "xn--bcher-kva.example",
     "ws://xn--bcher-kva.example/"},
    // UTS #46 non-transitional: the sharp s stays itself
    {"ws://fa\xc3\x9f.example/", false, "xn--fa-hia.example", 80, "/", "xn--fa-hia.example",
     "ws://xn--fa-hia.example/"},
    {"ws://a_b.example", false, "a_b.example", 80, "/", "a_b.example", "ws://a_b.example/"},
    {"ws://example.com.", false, "example.com.", 80, "/", "example.com.", "ws://example.com./"},
    {"ws://1.example", false, "1.example", 80, "/", "1.example", "ws://1.example/"},
    // Unix sockets
    {"ws+unix:/run/a.sock:/chat?x", false, "localhost", 80, "/chat?x", "localhost",
     "ws+unix:/run/a.sock:/chat?x"},
    {"wss+unix:/run/a.sock", true, "localhost", 443, "/", "localhost", "wss+unix:/run/a.sock:/"},
    {"WS+UNIX:@name:/r", false, "localhost", 80, "/r", "localhost", "ws+unix:@name:/r"},
    {"ws+unix:/a%20b:/", false, "localhost", 80, "/", "localhost", "ws+unix:/a b:/"},
    {"ws+unix:///run/a.sock:/x", false, "localhost", 80, "/x", "localhost",
     "ws+unix:/run/a.sock:/x"},
    {"ws+unix:run/a.sock:/x", false, "localhost", 80, "/x", "localhost", "ws+unix:run/a.sock:/x"},
    {"ws+unix:/run/a.sock?x", false, "localhost", 80, "/?x", "localhost",
     "ws+unix:/run/a.sock:/?x"},
};

struct Bad {
  const char* text;
  const char* message;  // a part of it
};

const Bad kBad[] = {
    {"", "empty"},
    {"ws://", "no host"},
    {"ws:///x", "no host"},
    {"ws://:80/x", "no host"},
    {"wss://user@/x", "no host"},
    {"ftp://h/", "unknown scheme \"ftp\""},
    {"ws://h/#top", "fragment"},
    {"h#top", "fragment"},
    {"ws+unix:/a:/#x", "fragment"},
    {"ws://h:0/", "bad port \"0\""},
    {"ws://h:65536/", "bad port \"65536\""},
    {"ws://h:99999999999999999999/", "bad port"},
    {"ws://h:http/", "bad port \"http\""},
    {"ws://h:+80/", "bad port \"+80\""},
    {"ws://h:-1/", "bad port \"-1\""},
    {"ws://h: 80/", "bad port \" 80\""},
    {"ws:h/x", "no // after ws:"},
    {"ws://h\n/", "control character"},
    {"ws://h/\x7f", "control character"},
    {"ws://h/a\tb", "control character"},
    {"ws://a b/", "' ' can't be part of a name"},
    {"ws://a\\b/", "can't be part of a name"},
    {"ws://a..b/", "a label is empty"},
    {"ws://.a/", "a label is empty"},
    {"ws://a<b/", "can't be part of a name"},
    {"ws://a%00b/", "NUL"},
    {"ws://a%2fb/", "can't be part of a name"},
    {"ws://a%zz/", "hex digits"},
    {"ws://a%4", "hex digits"},
    {"ws://\xff\xfe/", "not an international name"},
    // maps to "a/c" under compatibility rules: must not reach the resolver
    {"ws://\xe2\x84\x80.example/", "\xe2\x80\xa6"},
    {"ws://256.1.1.1/", "not an IPv4 address"},
    {"ws://1.2.3.4.5/", "not an IPv4 address"},
    {"ws://[::1/", "bad host"},
    {"ws://[::1]x/", "bad host"},
    {"ws://[]/", "not an IPv6 address"},
    {"ws://[127.0.0.1]/", "not an IPv6 address"},
    {"ws://[v1.x]/", "not an IPv6 address"},
    {"ws://[fe80::1%]/", "zone"},
    {"ws://[fe80::1%a b]/", "zone"},
    {"::1", "too many ':'"},
    {"ws://::1:80/", "too many ':'"},
    {"ws://u%0d:p@h/", "control character"},
    {"ws://u%:p@h/", "user info"},
    {"ws+unix:", "no socket path"},
    {"ws+unix:@:/", "no socket path"},
    {"ws+unix:/a/:/x", "no socket path"},
    {"ws+unix:/a:x", "bad resource \"x\""},
    {"ws+unix:/a%00b:/", "socket path"},
};

}  // namespace

TEST_CASE("url: every accepted form") {
  for (const Good& good : kGood) {
    CAPTURE(good.text);
    const auto url = parse_url(good.text);
    if (!url) {
      FAIL_CHECK(url.error().message);
      continue;
    }
    CHECK(url->secure == good.secure);
    CHECK(url->host == good.host);
    CHECK(url->port == good.port);
    CHECK(url->resource == good.resource);
    CHECK(url->authority() == good.authority);
    CHECK(url->display() == good.display);
    CHECK_FALSE(url->user.has_value());
  }
}

TEST_CASE("url: what is refused is a usage error that names the part") {
  for (const Bad& bad : kBad) {
    CAPTURE(bad.text);
    const auto url = parse_url(bad.text);
    if (url) {
      FAIL_CHECK("accepted as " << url->display());
      continue;
    }
    CHECK(url.error().stage == Stage::kUsage);
    if (std::string(bad.message) != "\xe2\x80\xa6") {
      CHECK_MESSAGE(url.error().message.find(bad.message) != std::string::npos,
                    url.error().message);
    }
  }
}

TEST_CASE("url: what is nearly right has the right form as its hint") {
  struct Typo {
    const char* text;
    const char* message;
    const char* hint;
  };
  const char* of_no_host =
      "ws://localhost/path is on this machine, ws+unix:/path.sock:/resource is a Unix socket";
  const Typo typos[] = {
      {"wss:/h", "the URL has no // after wss:", "did you mean wss://h?"},
      {"WS:/h:80/x?y", "the URL has no // after WS:", "did you mean WS://h:80/x?y?"},
      {"http:/h", "the URL has no // after http:", "did you mean http://h?"},
      {"ws:h:80", "the URL has no // after ws:", "did you mean ws://h:80?"},
      {"ws:h", "the URL has no // after ws:", "did you mean ws://h?"},
      {"ws:80:80", "the URL has no // after ws:", "did you mean ws://80:80?"},
      {"wss:/u:hunter2@h/x", "the URL has no // after wss:", "did you mean wss://…?"},
      {"ws:hun/ter2@h", "the URL has no // after ws:", "did you mean ws://…?"},
      {"wss:user:hunter2@h", "the URL has no // after wss:", "did you mean wss://…?"},
      {"WSS:user:hunter2@h", "the URL has no // after WSS:", "did you mean WSS://…?"},
      {"https:me:hunter2@h/x", "the URL has no // after https:", "did you mean https://…?"},
      {"ws:me@h", "the URL has no // after ws:", "did you mean ws://…?"},
      {"wss:\\\\me:hunter2@h", "the URL has no // after wss:", "did you mean wss://…?"},
      {"wss:\\\\h", "the URL has no // after wss:", "did you mean wss://h?"},
      {"wss//h/x", "the URL has no : after wss", "did you mean wss://h/x?"},
      {"HTTP//h", "the URL has no : after HTTP", "did you mean HTTP://h?"},
      {"wss//u:hunter2@h/x", "the URL has no : after wss", "did you mean wss://…?"},
      {"ws//", "the URL has no host", "for example ws://localhost:8765/"},
      {"://h:80/x", "the URL has no scheme", "write ws or wss before the ://"},
      {"://u:hunter2@h", "the URL has no scheme", "write ws or wss before the ://"},
      {"//h", "the URL has no scheme", "write ws: or wss: before the //"},
      {"ws+unix:us:hunter2@/x.sock:/", "the URL of a Unix socket can't have a user and a password",
       "--auth USER:PASS sends them"},
      {"unix:/us:hunter2@/x.sock", "unknown scheme \"unix\" in the URL", "did you mean ws+unix:…?"},
      {"ws:", "the URL has no host", "for example ws://localhost:8765/"},
      {"wss:/?x", "the URL has no host", "for example wss://localhost:8765/"},
      {"ws:///x", "the URL has no host", of_no_host},
      {"ws://", "the URL has no host", of_no_host},
      {"unix:/run/a.sock", "unknown scheme \"unix\" in the URL",
       "did you mean ws+unix:/run/a.sock:/resource?"},
      {"unix:///run/a.sock:/x", "unknown scheme \"unix\" in the URL",
       "did you mean ws+unix:/run/a.sock:/x?"},
      {"unix:@name", "unknown scheme \"unix\" in the URL", "did you mean ws+unix:@name:/resource?"},
      {"8765", "the URL begins with a number, not a host", "did you mean :8765?"},
      {"8765/chat?x", "the URL begins with a number, not a host", "did you mean :8765/chat?x?"},
      {"8765/hun:ter2@h", "the URL begins with a number, not a host", "did you mean :8765?"},
  };
  for (const Typo& typo : typos) {
    CAPTURE(typo.text);
    const auto url = parse_url(typo.text);
    REQUIRE_FALSE(url);
    CHECK(url.error().stage == Stage::kUsage);
    CHECK(url.error().message == typo.message);
    CHECK(url.error().hint == typo.hint);
  }
  CHECK(parse_url("ws://ws:secret@h")->user == "ws");
  CHECK(parse_url("wsx:secret@h")->user == "wsx");
  CHECK(parse_url("8765@h")->user == "8765");
}

TEST_CASE("url: user info is decoded and never shown") {
  const auto url = parse_url("wss://al%40ice:s%3Acret%20@example.com:8443/x");
  REQUIRE(url);
  CHECK(url->user == "al@ice");
  CHECK(url->password == "s:cret ");
  CHECK(url->display() == "wss://example.com:8443/x");
  CHECK(url->authority() == "example.com:8443");

  const auto no_password = parse_url("alice@h:80");
  REQUIRE(no_password);
  CHECK(no_password->user == "alice");
  CHECK(no_password->password.empty());
  CHECK(no_password->host == "h");

  // RFC 3986 3.2.1: the last '@' ends it; a password may hold others
  const auto two = parse_url("ws://a:b@c@h/");
  REQUIRE(two);
  CHECK(two->password == "b@c");
}

TEST_CASE("url: no error quotes a password") {
  for (const char* text :
       {"ws://user:hunter2@", "ws://user:hunter2@h:bad/", "ws://user:hunter2@h/#f",
        "ws://user:hunter2%@h", "ws://user:hun/ter2@h/", "ws://user:hun?ter2@h/",
        "ws://user:hun#ter2@h/", "ws://user:hunter2@a b/", "user:hun/ter2@h",
        "ws://user:1:hun/ter2@h", "wss:user:hunter2@h", "wss:hun/ter2@h", "wss//user:hunter2@h",
        "://user:hunter2@h", "ws+unix:user:hunter2@/x.sock:/", "ws+unix://user:hunter2@/x.sock",
        "wss+unix:user:hun/ter2@/x.sock:/", "unix:/user:hunter2@/x.sock"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE_FALSE(url);
    const std::string all = url.error().message + url.error().hint + url.error().detail;
    CHECK(all.find("hun") == std::string::npos);
    CHECK(all.find("ter2") == std::string::npos);
    CHECK(url.error().message.find("user:") == std::string::npos);
  }
}

TEST_CASE("url: what was typed is kept for international names only") {
  CHECK(parse_url("ws://B\xc3\xbc"
                  "cher.example")
            ->display_host ==
        "B\xc3\xbc"
        "cher.example");
  CHECK(parse_url("ws://B\xc3\xbc"
                  "cher.example")
            ->host == "xn--bcher-kva.example");
  CHECK(parse_url("ws://Example.COM")->display_host.empty());
}

TEST_CASE("url: literals are told apart from names") {
  CHECK(parse_url("ws://127.0.0.1")->is_ip_literal);
  CHECK_FALSE(parse_url("ws://127.0.0.1")->is_ipv6);
  CHECK(parse_url("ws://[fe80::1%eth0]")->is_ipv6);
  CHECK(parse_url("ws://[fe80::1%eth0]")->zone == "eth0");
  CHECK(parse_url("ws://[fe80::1%2525eth]")->zone == "25eth");
  CHECK(parse_url("ws://[fe80::1%2525eth]")->display() == "ws://[fe80::1%2525eth]/");
  CHECK_FALSE(parse_url("ws://localhost")->is_ip_literal);
}

TEST_CASE("url: unix paths") {
  CHECK(parse_url("ws+unix:/run/a.sock:/x")->unix_path == "/run/a.sock");
  CHECK(parse_url("ws+unix:@name:/x")->unix_path == "@name");
  const std::string longest(107, 'a');
  CHECK(parse_url("ws+unix:" + longest + ":/"));
  CHECK(parse_url("ws+unix:" + longest + "a:/").error().message.find("longer than 107") !=
        std::string::npos);
}

TEST_CASE("url: any bytes at all have an answer") {
  std::string text;
  for (int first = 0; first < 256; ++first) {
    for (const char* rest : {"", "://", "://h", ":1", "@", "%", "[", "]"}) {
      for (const char* front : {"", "ws://", "ws://h:", "ws://h/", "ws://[", "ws+unix:"}) {
        text = front;
        text += static_cast<char>(first);
        text += rest;
        const auto url = parse_url(text);
        if (url) CHECK(url->resource.front() == '/');
        if (!url) CHECK(url.error().stage == Stage::kUsage);
      }
    }
  }
  CHECK_FALSE(parse_url("ws://" + std::string(1 << 20, 'a')));
  CHECK(parse_url("ws://h/" + std::string(1 << 20, 'a')));
}
