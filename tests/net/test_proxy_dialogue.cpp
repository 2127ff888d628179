#include <doctest/doctest.h>

#include <string>

#include "net/proxy_http.h"
#include "net/proxy_socks.h"

using namespace wscope;
using namespace wscope::net;
using namespace std::string_literals;
using State = ProxyDialogue::State;

namespace {

Proxy proxy_of(const std::string& text) { return *parse_proxy(text, "--proxy"); }

/// Feeds as a stream would: never more than is wanted. Returns what was left for the tunnel.
std::string feed(ProxyDialogue& dialogue, const std::string& bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && dialogue.wants() > 0) {
    const std::string part = bytes.substr(at, dialogue.wants());
    at += part.size();
    dialogue.received(part);
  }
  return bytes.substr(at);
}

/// The same, a byte at a time.
std::string drip(ProxyDialogue& dialogue, const std::string& bytes) {
  std::size_t at = 0;
  for (; at < bytes.size() && dialogue.wants() > 0; ++at) dialogue.received(bytes.substr(at, 1));
  return bytes.substr(at);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("CONNECT: the request (RFC 9110 9.3.6)") {
  CHECK(connect_dialogue(proxy_of("p:1"), "echo.example:443")->take_output() ==
        "CONNECT echo.example:443 HTTP/1.1\r\nHost: echo.example:443\r\n"
        "User-Agent: wscope/" WSCOPE_VERSION "\r\n\r\n");
  // RFC 7617 2: the example of the RFC
  CHECK(connect_dialogue(proxy_of("Aladdin:open%20sesame@p:1"), "[::1]:80")->take_output() ==
        "CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n"
        "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"
        "User-Agent: wscope/" WSCOPE_VERSION "\r\n\r\n");
}

TEST_CASE("CONNECT: 2xx opens, and takes no byte of the tunnel") {
  for (const std::string& head :
       {"HTTP/1.1 200 Connection established\r\n\r\n"s, "HTTP/1.0 200 OK\r\nVia: x\r\n\r\n"s,
        "HTTP/1.1 200\r\n\r\n"s, "HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n"s,
        "HTTP/1.1 200 OK\n\n"s, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"s}) {
    CAPTURE(head);
    for (const auto way : {&feed, &drip}) {
      const auto dialogue = connect_dialogue(proxy_of("127.0.0.1:3128"), "h:443");
      CHECK(way(*dialogue, head + "\x16\x03tunnel") == "\x16\x03tunnel");
      CHECK(dialogue->state() == State::kOpen);
      CHECK(dialogue->wants() == 0);
    }
  }
  const auto dialogue = connect_dialogue(proxy_of("127.0.0.1:3128"), "h:443");
  feed(*dialogue, "HTTP/1.1 200 Connection established\r\n\r\n");
  CHECK(dialogue->outcome() == "CONNECT h:443 via 127.0.0.1:3128: 200 Connection established");
}

TEST_CASE("CONNECT: whether Basic is among what a proxy wants") {
  const auto hint = [](const std::string& fields) {
    const auto dialogue = connect_dialogue(proxy_of("u:secret@p:1"), "h:443");
    feed(*dialogue, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n" + fields + "\r\n");
    return dialogue->error().hint;
  };
  const std::string taken = "the proxy doesn't accept this user and password";
  const std::string other =
      "wscope speaks only Basic to proxies, and this one wants another scheme";
  const std::string name = "Proxy-Authenticate: ";
  CHECK(hint("") == taken);
  CHECK(hint(name + "Negotiate\r\n" + name + "bAsIc realm=\"x\"\r\n") == taken);
  CHECK(hint(name + "Digest realm=\"x\", nonce=\"n\", Basic realm=\"x\"\r\n") == taken);
  CHECK(hint(name + "Digest realm=\"x\", nonce=\"n\", qop=\"auth,auth-int\"\r\n") == other);
  CHECK(hint(name + "Digest realm=\"a, Basic b\", nonce=\"n\"\r\n") == other);
  CHECK(hint(name + "Negotiate\r\n" + name + "NTLM\r\n") == other);
}

TEST_CASE("CONNECT: a refusal is told with status, headers and body") {
  const std::string head =
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
      "X-Other: y\r\n";
  const std::string expected =
      "HTTP/1.1 407 Proxy Authentication Required\nProxy-Authenticate: Basic realm=\"x\"\n\n"
      "who are\nyou?\\x1b";
  struct Row {
    const char* name;
    std::string rest;
    bool ends;
  };
  const Row rows[] = {
      {"length", "Content-Length: 13\r\n\r\nwho are\nyou?\x1b", false},
      {"chunked",
       "Transfer-Encoding: chunked\r\n\r\n4\r\nwho \r\n9;x=y\r\nare\nyou?\x1b\r\n0\r\n\r\n", false},
      {"in the last place",
       "Transfer-Encoding: gzip, chunked\r\n\r\nc\r\nwho are\nyou?\r\n1\r\n\x1b\r\n0\r\n\r\n",
       false},
      {"broken chunks", "Transfer-Encoding: chunked\r\n\r\nd\r\nwho are\nyou?\x1b!\r\n", false},
      {"until the end", "\r\nwho are\r\nyou?\x1b", true},
      {"cut short", "Content-Length: 100\r\n\r\nwho are\nyou?\x1b", true},
      {"chunked, cut short", "Transfer-Encoding: chunked\r\n\r\n99\r\nwho are\nyou?\x1b", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (const auto way : {&feed, &drip}) {
      const auto dialogue = connect_dialogue(proxy_of("127.0.0.1:3128"), "h:443");
      way(*dialogue, head + row.rest);
      CHECK(dialogue->state() == (row.ends ? State::kRefusing : State::kFailed));
      if (row.ends) dialogue->ended();
      REQUIRE(dialogue->state() == State::kFailed);
      CHECK(dialogue->error().stage == Stage::kProxy);
      CHECK(dialogue->error().message ==
            "proxy 127.0.0.1:3128 refused the tunnel to h:443: 407 Proxy Authentication Required");
      CHECK(dialogue->error().hint == "--proxy http://USER:PASSWORD@HOST:PORT");
      CHECK(dialogue->error().detail == expected);
    }
  }
  const auto with_user = connect_dialogue(proxy_of("u:secret@p:1"), "h:443");
  feed(*with_user, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  CHECK(contains(with_user->error().hint, "doesn't accept this user"));
  const auto digest = connect_dialogue(proxy_of("u:secret@p:1"), "h:443");
  feed(*digest,
       "HTTP/1.1 407 No\r\nProxy-Authenticate: Digest nonce=n\r\nContent-Length: 0\r\n\r\n");
  CHECK(contains(digest->error().hint, "speaks only Basic"));
  CHECK_FALSE(contains(with_user->error().message + with_user->error().detail, "secret"));

  const auto patience = connect_dialogue(proxy_of("p:1"), "h:443");
  feed(*patience, "HTTP/1.1 503 No\r\n\r\nhalf");
  patience->give_up();
  CHECK(patience->state() == State::kFailed);
  CHECK(contains(patience->error().detail, "half"));

  const auto endless = connect_dialogue(proxy_of("p:1"), "h:443");
  feed(*endless, "HTTP/1.1 500 No\r\n\r\n" + std::string(1 << 20, 'x'));
  CHECK(endless->state() == State::kFailed);
  CHECK(endless->error().detail.size() < 5000);
}

TEST_CASE("what a proxy would say again is no reason to come again") {
  const auto transient = [](std::unique_ptr<ProxyDialogue> dialogue, const std::string& bytes) {
    feed(*dialogue, bytes);
    if (dialogue->state() != State::kFailed) dialogue->ended();
    CHECK(dialogue->state() == State::kFailed);
    return dialogue->error().transient.value_or(true);
  };
  const auto connect = [] { return connect_dialogue(proxy_of("p:1"), "h:443"); };
  for (const char* status : {"403 No", "407 Who", "400 What", "302 There"}) {
    CAPTURE(status);
    CHECK_FALSE(transient(connect(), "HTTP/1.1 "s + status + "\r\n\r\n"));
  }
  for (const char* status : {"429 Later", "502 Gone", "503 Busy", "504 Slow"}) {
    CAPTURE(status);
    CHECK(transient(connect(), "HTTP/1.1 "s + status + "\r\n\r\n"));
  }
  CHECK_FALSE(transient(connect(), "SSH-2.0-x\r\n"));
  CHECK_FALSE(transient(connect(), "HTTP/1.1 nonsense\r\n\r\n"));
  CHECK(transient(connect(), ""));
  CHECK(transient(connect(), "HTTP/1.1 20"));

  const auto socks = [] { return socks_dialogue(proxy_of("socks5h://p:1"), "h", 443, "h:443"); };
  CHECK_FALSE(transient(socks(), "\x05\xff"s));
  CHECK_FALSE(transient(socks(), "\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"s));
  CHECK(transient(socks(), "\x05\x00\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"s));
  CHECK_FALSE(transient(socks(), "HTTP/1.1"));
  CHECK(transient(socks(), "\x05"));
}

TEST_CASE("CONNECT: a status line is one (RFC 9112 4)") {
  const auto state = [](const std::string& line) {
    const auto dialogue = connect_dialogue(proxy_of("p:1"), "h:443");
    feed(*dialogue, line + "\r\n\r\n");
    return dialogue->state();
  };
  for (const char* line : {"HTTP/1.1 200 OK", "HTTP/1.0 200", "HTTP/1.1 200 ", "HTTP/1.1 299 x"}) {
    CAPTURE(line);
    CHECK(state(line) == State::kOpen);
  }
  for (const char* line : {"HTTP/1.1 2000 x", "HTTP/1.1 200abc", "HTTP/banana 200 x",
                           "HTTP/1.1  200", "HTTP/1.1 20", "HTTP/1.1\t200 x", "HTTP/1 200 x"}) {
    CAPTURE(line);
    CHECK(state(line) == State::kFailed);
  }
}

TEST_CASE("CONNECT: interim answers end somewhere") {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  std::string flood;
  while (flood.size() <= 64 * 1024) flood += interim;
  for (const auto way : {&feed, &drip}) {
    const auto dialogue = connect_dialogue(proxy_of("p:1"), "h:443");
    way(*dialogue, flood);
    REQUIRE(dialogue->state() == State::kFailed);
    CHECK(contains(dialogue->error().message, "its answer's head is larger than 64 KiB"));
    const auto patient = connect_dialogue(proxy_of("p:1"), "h:443");
    way(*patient, flood.substr(0, 1000 * interim.size()) + "HTTP/1.1 200 OK\r\n\r\n");
    CHECK(patient->state() == State::kOpen);
  }
}

TEST_CASE("CONNECT: what is no answer at all") {
  struct Row {
    std::string bytes;
    const char* message;
  };
  const Row rows[] = {
      {"", "it closed the connection without an answer"},
      {"HTTP/1.1 200 OK\r\n", "it closed the connection within its answer's head"},
      {"SSH-2.0-x\r\n", "its answer is not HTTP: \"SSH-2\""},
      {"\x05\xff", "its answer is not HTTP: \"\\x05\\xff\""},
      {"HTTP/1.1\r\n\r\n", "its status line can't be read"},
      {"HTTP/1.1 2x0 OK\r\n\r\n", "its status line can't be read"},
      {"HTTP/1.1 099 OK\r\n\r\n", "its status line can't be read"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(70000, 'x'), "larger than 64 KiB"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const auto dialogue = connect_dialogue(proxy_of("p:1"), "h:443");
    feed(*dialogue, row.bytes);
    if (dialogue->state() != State::kFailed) dialogue->ended();
    REQUIRE(dialogue->state() == State::kFailed);
    CHECK(contains(dialogue->error().message, "can't get a tunnel to h:443 from proxy p:1: "));
    CHECK_MESSAGE(contains(dialogue->error().message, row.message), dialogue->error().message);
  }
}

TEST_CASE("SOCKS5: names, addresses, replies of each length (RFC 1928)") {
  struct Row {
    const char* host;
    std::string request;
  };
  const Row hosts[] = {
      {"echo.example",
       "\x05\x01\x00\x03\x0c"
       "echo.example\x01\xbb"s},
      {"127.0.0.1", "\x05\x01\x00\x01\x7f\x00\x00\x01\x01\xbb"s},
      {"::1", "\x05\x01\x00\x04"s + std::string(15, '\0') + "\x01\x01\xbb"},
  };
  const std::string replies[] = {"\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x38"s,
                                 "\x05\x00\x00\x04"s + std::string(18, '\x07'),
                                 "\x05\x00\x00\x03\x03"
                                 "abc\x00\x01"s,
                                 "\x05\x00\x00\x03\x00\x00\x01"s};
  for (const Row& row : hosts) {
    for (const std::string& reply : replies) {
      for (const auto way : {&feed, &drip}) {
        const auto dialogue = socks_dialogue(proxy_of("socks5h://p:1"), row.host, 443, "shown");
        CHECK(dialogue->take_output() == "\x05\x01\x00"s);
        CHECK(way(*dialogue, "\x05\x00"s).empty());
        CHECK(dialogue->take_output() == row.request);
        CHECK(way(*dialogue, reply + "tunnel") == "tunnel");
        CHECK(dialogue->state() == State::kOpen);
        CHECK(dialogue->outcome() == "SOCKS5 shown via p:1: granted");
      }
    }
  }
}

TEST_CASE("SOCKS5: user and password (RFC 1929)") {
  const auto dialogue = socks_dialogue(proxy_of("socks5h://me:secret@p:1"), "h", 80, "h:80");
  CHECK(dialogue->take_output() == "\x05\x02\x00\x02"s);
  feed(*dialogue, "\x05\x02");
  CHECK(dialogue->take_output() == "\x01\x02me\x06secret"s);
  SUBCASE("accepted") {
    feed(*dialogue, "\x01\x00"s);
    CHECK(dialogue->take_output() == "\x05\x01\x00\x03\x01h\x00\x50"s);
  }
  SUBCASE("refused") {
    feed(*dialogue, "\x01\x01");
    REQUIRE(dialogue->state() == State::kFailed);
    CHECK(dialogue->error().message ==
          "can't reach h:80 through proxy p:1: it doesn't accept this user and password");
    CHECK_FALSE(contains(dialogue->error().message + dialogue->error().hint, "secret"));
  }
  SUBCASE("not asked for") {
    const auto open = socks_dialogue(proxy_of("socks5h://me:secret@p:1"), "h", 80, "h:80");
    open->take_output();
    feed(*open, "\x05\x00"s);
    CHECK(open->take_output() == "\x05\x01\x00\x03\x01h\x00\x50"s);
  }
}

TEST_CASE("SOCKS5: refusals") {
  struct Row {
    std::string bytes;
    const char* message;
    bool address_at_fault;
  };
  const Row rows[] = {
      {"\x05\xff", "it wants a user and password", false},
      {"\x05\x02", "authentication method 2, which was not offered", false},
      {"HTTP", "doesn't speak SOCKS5, its answer begins with \"HT\"", false},
      {"\x05\x00\x05\x01\x00\x01\x00"s, "general failure", true},
      {"\x05\x00\x05\x02\x00\x01\x00"s, "its rules forbid it", false},
      {"\x05\x00\x05\x03\x00\x01\x00"s, "network unreachable", true},
      {"\x05\x00\x05\x04\x00\x01\x00"s, "host unreachable", true},
      {"\x05\x00\x05\x05\x00\x01\x00"s, "connection refused", true},
      {"\x05\x00\x05\x07\x00\x01\x00"s, "command not supported", false},
      {"\x05\x00\x05\x08\x00\x01\x00"s, "address type not supported", true},
      {"\x05\x00\x05\x63\x00\x01\x00"s, "reply 99", false},
      {"\x05\x00\x05\x00\x00\x09\x00"s, "address of unknown type 9", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const auto dialogue = socks_dialogue(proxy_of("socks5h://p:1"), "h", 80, "h:80");
    feed(*dialogue, row.bytes);
    REQUIRE(dialogue->state() == State::kFailed);
    CHECK(dialogue->error().stage == Stage::kProxy);
    CHECK_MESSAGE(contains(dialogue->error().message, row.message), dialogue->error().message);
    CHECK(dialogue->address_at_fault() == row.address_at_fault);
  }
  const auto ended = socks_dialogue(proxy_of("socks5h://p:1"), "h", 80, "h:80");
  ended->ended();
  CHECK(ended->error().message == "can't reach h:80 through proxy p:1: it closed the connection");
}

TEST_CASE("SOCKS4 and SOCKS4a") {
  const auto four = socks_dialogue(proxy_of("socks4://me@p:1"), "127.0.0.1", 443, "h:443");
  CHECK(four->take_output() == "\x04\x01\x01\xbb\x7f\x00\x00\x01me\x00"s);
  CHECK(feed(*four,
             "\x00\x5a"
             "123456tunnel"s) == "tunnel");
  CHECK(four->state() == State::kOpen);
  CHECK(four->outcome() == "SOCKS4 h:443 via p:1: granted");

  const auto named = socks_dialogue(proxy_of("socks4a://p:1"), "echo.example", 443, "h:443");
  CHECK(named->take_output() ==
        "\x04\x01\x01\xbb\x00\x00\x00\x01\x00"
        "echo.example\x00"s);
  CHECK(drip(*named,
             "\x00\x5a"
             "123456tunnel"s) == "tunnel");
  CHECK(named->state() == State::kOpen);

  for (const auto& [code, message] : {std::pair<char, const char*>{'\x5b', "rejected or failed"},
                                      {'\x5c', "identd"},
                                      {'\x5d', "identd"},
                                      {'\x01', "reply 1"}}) {
    const auto refused = socks_dialogue(proxy_of("socks4a://p:1"), "h", 80, "h:80");
    feed(*refused, std::string(1, '\0') + code + "123456");
    REQUIRE(refused->state() == State::kFailed);
    CHECK_MESSAGE(contains(refused->error().message, message), refused->error().message);
  }
  const auto six = socks_dialogue(proxy_of("socks4://p:1"), "::1", 80, "[::1]:80");
  REQUIRE(six->state() == State::kFailed);
  CHECK(contains(six->error().message, "SOCKS4 knows no IPv6"));
}

TEST_CASE("SOCKS: what can't be said in the protocol is a usage error") {
  Proxy proxy = proxy_of("socks5h://p:1");
  CHECK(socks_dialogue(proxy, std::string(256, 'a'), 1, "x")->error().stage == Stage::kUsage);
  proxy.user = std::string(256, 'a');
  CHECK(socks_dialogue(proxy, "h", 1, "x")->error().stage == Stage::kUsage);
  proxy.user = "u";
  proxy.password = std::string(256, 'a');
  CHECK(socks_dialogue(proxy, "h", 1, "x")->error().stage == Stage::kUsage);
  proxy.kind = Proxy::Kind::kSocks4a;
  proxy.user = "a\0b"s;
  CHECK(socks_dialogue(proxy, "h", 1, "x")->error().stage == Stage::kUsage);
}

TEST_CASE("proxy dialogues: any bytes have an answer") {
  for (const char* kind : {"http://p:1", "socks5h://u:p@p:1", "socks4a://p:1"}) {
    for (int first = 0; first < 256; ++first) {
      for (int second = 0; second < 256; ++second) {
        const Proxy proxy = proxy_of(kind);
        const auto dialogue = proxy.kind == Proxy::Kind::kHttp
                                  ? connect_dialogue(proxy, "h:1")
                                  : socks_dialogue(proxy, "h", 1, "h:1");
        std::string bytes;
        for (int i = 0; i < 8; ++i) bytes += {static_cast<char>(first), static_cast<char>(second)};
        feed(*dialogue, bytes);
        if (dialogue->state() == State::kTalking || dialogue->state() == State::kRefusing) {
          dialogue->ended();
        }
        if (dialogue->state() != State::kOpen && dialogue->state() != State::kFailed) {
          FAIL_CHECK(kind << " " << first << " " << second);
        }
      }
    }
  }
}

TEST_CASE("CONNECT: what comes behind a refusal's body is not part of it") {
  const auto dialogue = connect_dialogue(proxy_of("p:1"), "h:443");
  feed(*dialogue, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 200 OK");
  CHECK(dialogue->state() == State::kFailed);
  CHECK(dialogue->error().detail == "HTTP/1.1 403 Forbidden\n\nno");
}
