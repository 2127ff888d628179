// Entries of HTTP Archives: exact JSON of heads, timings, cookies and messages.
#include <doctest/doctest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "output/har_entry.h"

using namespace wscope;
using namespace wscope::output;
using nlohmann::json;

namespace {

json parsed(const HarEntry& entry, bool secrets = false) {
  return json::parse(entry.before(secrets) + std::string(HarEntry::kAfter));
}

HarEntry open_entry() {
  HarEntry entry;
  entry.started = std::chrono::system_clock::time_point(std::chrono::milliseconds(1784016672345));
  entry.url = "wss://h.example/chat?a=1&b&c=x%20y=z";
  entry.request_head =
      "GET /chat?a=1 HTTP/1.1\r\nHost: h.example\r\nAUTHORIZATION: Basic eA==\r\n"
      "Cookie: a=b; c=d=e\r\nX-Folded: one\r\n  two\r\nX-Empty:\r\n\r\n";
  entry.response_head =
      "HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: s=1; Path=/p; secure; HTTPONLY\r\n"
      "X-Bad: \xff\r\n\r\n";
  entry.server_address = "[2001:db8::1]:443";
  entry.local_address = "[::1]:51234";
  entry.resolve = 0.001;
  entry.requested = 0.010;
  entry.responded = 0.025;
  entry.wait = 0.014;
  entry.ended = 1.5;
  return entry;
}

}  // namespace

TEST_CASE("heads as on the wire, without credentials") {
  const HarEntry entry = open_entry();
  const json har = parsed(entry);
  CHECK(har["startedDateTime"] == "2026-07-14T08:11:12.345Z");
  CHECK(har["request"]["headers"].dump() ==
        R"([{"name":"Host","value":"h.example"},{"name":"X-Folded","value":"one two"},)"
        R"({"name":"X-Empty","value":""}])");
  CHECK(har["request"]["cookies"].empty());
  CHECK(har["request"]["headersSize"] == entry.request_head.size());
  CHECK(har["request"]["queryString"].dump() ==
        R"([{"name":"a","value":"1"},{"name":"b","value":""},{"name":"c","value":"x%20y=z"}])");
  CHECK(har["response"]["headers"].dump() == "[{\"name\":\"X-Bad\",\"value\":\"\xef\xbf\xbd\"}]");
  CHECK(har["response"]["status"] == 101);
  CHECK(har["response"]["statusText"] == "Switching Protocols");
  CHECK(har["serverIPAddress"] == "2001:db8::1");
  CHECK(har["connection"] == "51234");
  CHECK(har["_webSocketMessages"] == json::array());
}

TEST_CASE("a Location without user and password") {
  HarEntry entry = open_entry();
  entry.response_head = "HTTP/1.1 302 Found\r\nLocation: http://u:p@h/c\r\n\r\n";
  const json har = parsed(entry);
  CHECK(har["response"]["redirectURL"] == "http://…@h/c");
  CHECK(har["response"]["headers"].dump() == R"([{"name":"Location","value":"http://…@h/c"}])");
  CHECK(parsed(entry, true)["response"]["redirectURL"] == "http://u:p@h/c");
}

TEST_CASE("with credentials where they are asked for") {
  const json har = parsed(open_entry(), true);
  CHECK(har["request"]["headers"].size() == 5);
  CHECK(har["request"]["cookies"].dump() ==
        R"([{"name":"a","value":"b"},{"name":"c","value":"d=e"}])");
  const json cookie = har["response"]["cookies"][0];
  CHECK(cookie ==
        json::parse(R"({"name":"s","value":"1","path":"/p","secure":true,"httpOnly":true})"));
}

TEST_CASE("timings in milliseconds, and their sum") {
  json har = parsed(open_entry());
  CHECK(
      har["timings"].dump() ==
      R"({"blocked":-1,"connect":9.0,"dns":1.0,"receive":1475.0,"send":1.0,"ssl":-1,"wait":14.0})");
  CHECK(har["time"] == 1500.0);

  HarEntry unanswered = open_entry();
  unanswered.response_head.clear();
  unanswered.responded.reset();
  unanswered.wait = 0;
  har = parsed(unanswered);
  CHECK(har["timings"]["wait"] == 1490.0);
  CHECK(har["response"]["status"] == 0);
  CHECK(har["response"]["headersSize"] == -1);

  HarEntry nobody;
  nobody.url = "ws://127.0.0.1:1/";
  nobody.ended = 0.5;
  nobody.error = "can't connect";
  har = parsed(nobody);
  CHECK(har["timings"]["connect"] == 500.0);
  CHECK(har["timings"]["dns"] == -1);
  CHECK(har["time"] == 500.0);
  CHECK(har["request"]["method"] == "GET");
  CHECK(har["response"]["_error"] == "can't connect");
  CHECK_FALSE(har.contains("serverIPAddress"));
  CHECK_FALSE(har.contains("connection"));
}

TEST_CASE("a refusal, a redirect, TLS and the Close") {
  HarEntry entry = open_entry();
  entry.response_head =
      "HTTP/1.0 302 Found\r\nlocation: /there\r\nContent-Type: text/html\r\n"
      "Content-Length: 12\r\n\r\n";
  entry.tls = TlsEstablished{
      "TLSv1.2", "AES", "http/1.1", "CN=h", "CN=ca", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z",
      false,     "-k",  0.004};
  entry.close = HarEntry::Close{Direction::kReceived, std::nullopt, "so"};
  const json har = parsed(entry);
  CHECK(har["response"]["httpVersion"] == "HTTP/1.0");
  CHECK(har["response"]["redirectURL"] == "/there");
  CHECK(har["response"]["content"].dump() == R"({"mimeType":"text/html","size":12})");
  CHECK(har["timings"]["ssl"] == 4.0);
  CHECK(har["_securityDetails"] ==
        json::parse(R"({"protocol":"TLS 1.2","cipher":"AES","subjectName":"CN=h","issuer":"CN=ca",
          "validFrom":1767225600,"validTo":1767312000,"alpn":"http/1.1","verified":false,
          "verifyNote":"-k"})"));
  CHECK(har["_webSocketClose"] == json::parse(R"({"type":"receive","reason":"so"})"));
}

TEST_CASE("a Unix socket has no address") {
  HarEntry entry = open_entry();
  entry.server_address = "unix:/run/x:1";
  entry.local_address = "unix:";
  const json har = parsed(entry);
  CHECK_FALSE(har.contains("serverIPAddress"));
  CHECK_FALSE(har.contains("connection"));
}

TEST_CASE("messages: text as it is, bytes as base64") {
  const std::chrono::system_clock::time_point time(std::chrono::microseconds(1784016672000042));
  std::string text;
  append_har_message(text, {Direction::kSent, MessageType::kText, "a\"\xc3\xbc\n"}, time);
  CHECK(
      text ==
      "{\"type\":\"send\",\"time\":1784016672.000042,\"opcode\":1,\"data\":\"a\\\"\xc3\xbc\\n\"}");
  text.clear();
  append_har_message(
      text, {Direction::kReceived, MessageType::kBinary, std::string_view("\0\xff", 2)}, time);
  CHECK(text == R"({"type":"receive","time":1784016672.000042,"opcode":2,"data":"AP8="})");
}
