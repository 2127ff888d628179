// The server's half of the handshake (RFC 6455 4.2) through the engine.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/splits.h"
#include "ws/engine.h"
#include "ws/engine_fixture.h"

using namespace wscope;
using namespace wscope::ws;
using wscope::test::for_each_split;

namespace {

using Events = std::vector<std::string>;
using State = Engine::State;

struct Server {
  Recorder heard;
  std::unique_ptr<Engine> engine = Engine::server({}, heard);

  std::string after(std::string_view bytes) {
    give(*engine, bytes);
    return take_output(*engine);
  }
};

std::string status_of(const std::string& response) {
  return response.substr(0, response.find("\r\n"));
}

bool has_line(const std::string& response, const std::string& line) {
  return response.find("\r\n" + line + "\r\n") != std::string::npos;
}

/// The usual request with one line replaced, or left out when `with` is empty.
std::string changed(const std::string& line, const std::string& with) {
  std::string head = request_head();
  const auto at = head.find(line + "\r\n");
  REQUIRE(at != std::string::npos);
  head.replace(at, line.size() + 2, with.empty() ? "" : with + "\r\n");
  return head;
}

}  // namespace

TEST_CASE("RFC 6455 1.3: the example's key gets the example's answer, in any split") {
  for_each_split(request_head(), [](const std::vector<std::string_view>& pieces) {
    Server server;
    for (const std::string_view piece : pieces) {
      CHECK(server.engine->state() == State::kHandshake);
      give(*server.engine, piece);
    }
    const std::string response = take_output(*server.engine);
    CHECK(status_of(response) == "HTTP/1.1 101 Switching Protocols");
    CHECK(has_line(response, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    CHECK(has_line(response, "Upgrade: websocket"));
    CHECK(has_line(response, "Connection: Upgrade"));
    CHECK(response.find("Sec-WebSocket-Extensions") == std::string::npos);
    CHECK(response.substr(response.size() - 4) == "\r\n\r\n");
    CHECK(server.heard.asked == Events{"GET /chat?x=1 upgrade []"});
    CHECK(server.heard.events == Events{"open"});
    CHECK(server.engine->state() == State::kOpen);
  });
}

TEST_CASE("frames that come with the request are read after it") {
  Server server;
  server.after(request_head() + frame(0x81, "early", "abcd") + frame(0x89, "p", "efgh"));
  CHECK(server.heard.events == Events{"open", "text early", "ping p"});
}

TEST_CASE("what on_open sends comes behind the response") {
  struct Greeter : Recorder {
    Engine* engine = nullptr;
    void on_open() override { engine->send_text("welcome"); }
  } greeter;
  const auto engine = Engine::server({}, greeter);
  greeter.engine = engine.get();
  give(*engine, request_head());
  const std::string output = take_output(*engine);
  CHECK(output.substr(output.find("\r\n\r\n") + 4) == frame(0x81, "welcome"));
  CHECK(engine->counters().wire_sent == 9);
}

TEST_CASE("the listener sees the request") {
  struct Looker : Recorder {
    std::string head;
    std::string origin;
    std::string nothing;
    ServerReply on_request(const ServerRequest& request) override {
      head = request.head;
      origin = request.header("ORIGIN");
      nothing = request.header("X-Nothing");
      return Recorder::on_request(request);
    }
  } looker;
  const auto engine = Engine::server({}, looker);
  const std::string head = request_head(
      "Origin:  https://example.org \r\nSec-WebSocket-Protocol: chat, v2.chat\r\n"
      "Sec-WebSocket-Protocol: third\r\n");
  looker.reply.subprotocol = "v2.chat";
  looker.reply.headers = {{"X-One", "1"}};
  give(*engine, head);
  CHECK(looker.head == head);
  CHECK(looker.origin == "https://example.org");
  CHECK(looker.nothing.empty());
  CHECK(looker.asked == Events{"GET /chat?x=1 upgrade [chat,v2.chat,third]"});
  const std::string response = take_output(*engine);
  CHECK(has_line(response, "Sec-WebSocket-Protocol: v2.chat"));
  CHECK(has_line(response, "X-One: 1"));
}

TEST_CASE("the listener's headers of a 101 keep order and duplicates (RFC 9110 5.3)") {
  Server server;
  server.heard.reply.headers = {{"Set-Cookie", "a=1"}, {"x-b", "2"}, {"Set-Cookie", "c=3"}};
  const std::string response = server.after(request_head());
  CHECK(status_of(response) == "HTTP/1.1 101 Switching Protocols");
  const std::string end = "\r\nSet-Cookie: a=1\r\nx-b: 2\r\nSet-Cookie: c=3\r\n\r\n";
  REQUIRE(response.size() > end.size());
  CHECK(response.substr(response.size() - end.size()) == end);
}

TEST_CASE("a subprotocol that was not asked for is not chosen (RFC 6455 4.2.2)") {
  Server server;
  server.heard.reply.subprotocol = "chat";
  const std::string response = server.after(request_head());
  CHECK(status_of(response) == "HTTP/1.1 101 Switching Protocols");
  CHECK(response.find("Sec-WebSocket-Protocol") == std::string::npos);
}

TEST_CASE("the listener refuses") {
  Server server;
  server.heard.reply.status = 401;
  server.heard.reply.headers = {{"WWW-Authenticate", "Basic realm=\"x\""}};
  server.heard.reply.body = "who are you?\n";
  const std::string response = server.after(request_head() + frame(0x81, "x", "abcd"));
  CHECK(status_of(response) == "HTTP/1.1 401 Unauthorized");
  CHECK(has_line(response, "WWW-Authenticate: Basic realm=\"x\""));
  CHECK(has_line(response, "Content-Length: 13"));
  CHECK(has_line(response, "Connection: close"));
  CHECK(response.substr(response.find("\r\n\r\n")) == "\r\n\r\nwho are you?\n");
  CHECK(server.engine->state() == State::kClosed);
  CHECK(server.heard.events.empty());
  CHECK_FALSE(server.engine->send_text("x"));
  CHECK(server.after("more").empty());
}

TEST_CASE("a plain HTTP request is the listener's to answer") {
  const std::string head = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";
  SUBCASE("with a page") {
    Server server;
    server.heard.reply.status = 200;
    server.heard.reply.body = "<p>";
    const std::string response = server.after(head);
    CHECK(server.heard.asked == Events{"GET /page plain []"});
    CHECK(status_of(response) == "HTTP/1.1 200 OK");
    CHECK(response.substr(response.size() - 7) == "\r\n\r\n<p>");
    CHECK(server.engine->state() == State::kClosed);
  }
  SUBCASE("no answer of its own: upgrade required") {
    Server server;
    const std::string response = server.after(head);
    CHECK(status_of(response) == "HTTP/1.1 426 Upgrade Required");
    CHECK(has_line(response, "Upgrade: websocket"));
    CHECK(server.engine->state() == State::kClosed);
    CHECK(server.heard.events.empty());
  }
  SUBCASE("an upgrade to something else, or half of one") {
    for (const std::string& half :
         {changed("Connection: Upgrade", ""), changed("Upgrade: websocket", "Upgrade: h2c")}) {
      Server server;
      CHECK(status_of(server.after(half)) == "HTTP/1.1 426 Upgrade Required");
      CHECK(server.heard.asked == Events{"GET /chat?x=1 plain []"});
    }
  }
  SUBCASE("an empty body has its length told") {
    Server server;
    server.heard.reply.status = 404;
    CHECK(has_line(server.after(head), "Content-Length: 0"));
  }
  SUBCASE("RFC 9110 9.3.2: HEAD is answered without the body") {
    Server server;
    server.heard.reply.status = 200;
    server.heard.reply.body = "<p>";
    const std::string response = server.after("HEAD /page HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(status_of(response) == "HTTP/1.1 200 OK");
    CHECK(has_line(response, "Content-Length: 3"));
    CHECK(response.substr(response.size() - 4) == "\r\n\r\n");
  }
  SUBCASE("a body is read before the answer") {
    Server server;
    server.heard.reply.status = 200;
    CHECK(server.after("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab").empty());
    CHECK(server.engine->state() == State::kHandshake);
    CHECK(status_of(server.after("cd")) == "HTTP/1.1 200 OK");
  }
}

TEST_CASE("RFC 6455 4.2.1, 4.4: requests that are wrong") {
  struct Row {
    std::string request;
    const char* status;
  };
  const std::string version = "Sec-WebSocket-Version: 13";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const std::vector<Row> rows = {
      {changed(version, "Sec-WebSocket-Version: 8"), "HTTP/1.1 426 Upgrade Required"},
      {changed(version, "Sec-WebSocket-Version: x"), "HTTP/1.1 426 Upgrade Required"},
      {changed(version, ""), "HTTP/1.1 426 Upgrade Required"},
      {changed(version, "Sec-WebSocket-Version: 13, 8"), "HTTP/1.1 426 Upgrade Required"},
      {changed(version, version + "\r\n" + version), "HTTP/1.1 426 Upgrade Required"},
      {changed(version, "Sec-WebSocket-Version: 13x"), "HTTP/1.1 426 Upgrade Required"},
      {changed(key, ""), "HTTP/1.1 400 Bad Request"},
      {changed(key, "Sec-WebSocket-Key: short"), "HTTP/1.1 400 Bad Request"},
      {changed(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!=="), "HTTP/1.1 400 Bad Request"},
      {changed("Host: localhost", ""), "HTTP/1.1 400 Bad Request"},
      {changed("GET /chat?x=1 HTTP/1.1", "POST /chat HTTP/1.1"), "HTTP/1.1 400 Bad Request"},
      {changed("GET /chat?x=1 HTTP/1.1", "GET /chat HTTP/1.0"), "HTTP/1.1 400 Bad Request"},
      {request_head("Host: other\r\n"), "HTTP/1.1 400 Bad Request"},
      {request_head("X : a\r\n"), "HTTP/1.1 400 Bad Request"},
      {request_head("Content-Length: x\r\n"), "HTTP/1.1 400 Bad Request"},
      {request_head("Transfer-Encoding: chunked\r\n"), "HTTP/1.1 400 Bad Request"},
      {request_head(std::string("X: a\0b\r\n", 8)), "HTTP/1.1 400 Bad Request"},
      {request_head("X: a\rb\r\n"), "HTTP/1.1 400 Bad Request"},
      {changed("GET /chat?x=1 HTTP/1.1", "GET /chat#a HTTP/1.1"), "HTTP/1.1 400 Bad Request"},
      {"GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"HEAD / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"rubbish\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"\r\n\r\n\r\n", "HTTP/1.1 400 Bad Request"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.request);
    for_each_split(row.request, [&row](const std::vector<std::string_view>& pieces) {
      Server server;
      for (const std::string_view piece : pieces) give(*server.engine, piece);
      const std::string response = take_output(*server.engine);
      CHECK(status_of(response).rfind(row.status, 0) == 0);
      CHECK(server.heard.asked.empty());
      CHECK(server.engine->state() == State::kFailed);
      REQUIRE(server.heard.events.size() == 1);
      CHECK(server.heard.events[0].substr(0, 11) == "failed " + response.substr(9, 3) + " ");
      CHECK(server.heard.events[0].find("client's handshake is wrong: ") != std::string::npos);
      if (response.find("426") != 9) return;
      CHECK(has_line(response, "Sec-WebSocket-Version: 13"));
      CHECK(has_line(response, "Upgrade: websocket"));  // RFC 9110 15.5.22
      CHECK(has_line(response, "Connection: Upgrade, close"));
    });
  }
}

TEST_CASE("RFC 6455 4.2.1: Upgrade and Connection are lists of tokens") {
  const auto asked = [](const std::string& line, const std::string& with) {
    Server server;
    server.after(changed(line, with));
    return server.heard.asked;
  };
  const Events upgrade = {"GET /chat?x=1 upgrade []"};
  const Events plain = {"GET /chat?x=1 plain []"};
  CHECK(asked("Upgrade: websocket", "Upgrade: h2c, WebSocket") == upgrade);
  CHECK(asked("Upgrade: websocket", "Upgrade: notwebsocketish") == plain);
  CHECK(asked("Connection: Upgrade", "Connection: keep-alive,upgrade") == upgrade);
  CHECK(asked("Connection: Upgrade", "Connection: no-upgrade-please") == plain);
}

TEST_CASE("RFC 9112 2.2: an empty line before the request is overlooked") {
  for_each_split("\r\n" + request_head(), [](const std::vector<std::string_view>& pieces) {
    Server server;
    for (const std::string_view piece : pieces) give(*server.engine, piece);
    CHECK(status_of(take_output(*server.engine)) == "HTTP/1.1 101 Switching Protocols");
    CHECK(server.heard.asked == Events{"GET /chat?x=1 upgrade []"});
  });
}

TEST_CASE("RFC 9112 9.6: a refusal says that the connection ends") {
  for (const std::string& request :
       {request_head("Host: other\r\n"), changed("GET /chat?x=1 HTTP/1.1", "POST /chat HTTP/1.1"),
        changed("GET /chat?x=1 HTTP/1.1", "GET /chat HTTP/1.2"),
        changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", ""),
        changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: x")}) {
    Server server;
    const std::string response = server.after(request);
    CHECK(status_of(response) == "HTTP/1.1 400 Bad Request");
    CHECK(has_line(response, "Connection: close"));
  }
}

TEST_CASE("what is wrong with a request is told in words") {
  const auto words_for = [](const std::string& request) {
    Server server;
    server.after(request);
    return server.heard.events.empty() ? "" : server.heard.events[0];
  };
  CHECK(words_for(changed("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: x")) ==
        "failed 400 client's handshake is wrong: Sec-WebSocket-Key is not 16 bytes in base64 "
        "(RFC 6455 4.2.1)");
  CHECK(words_for(changed("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8")) ==
        "failed 426 client's handshake is wrong: Unsupported version (RFC 6455 4.2.1)");
  CHECK(words_for(changed("Host: localhost", "")) ==
        "failed 400 client's handshake is wrong: it is not an HTTP/1.1 request with a Host (RFC "
        "6455 4.2.1)");
}

TEST_CASE("lines that end with a bare LF are understood (RFC 9112 2.2)") {
  std::string head;
  for (const char letter : request_head()) {
    if (letter != '\r') head += letter;
  }
  Server server;
  CHECK(status_of(server.after(head)) == "HTTP/1.1 101 Switching Protocols");
}

TEST_CASE("a head that is too large, or without an end, is refused at 16 KiB") {
  Server whole;
  CHECK(status_of(whole.after(request_head("X: " + std::string(16200, 'x') + "\r\n")))
            .rfind("HTTP/1.1 431", 0) == 0);
  CHECK(whole.engine->state() == State::kFailed);
  Server endless;
  std::string response;
  std::size_t given = 0;
  while (response.empty() && given < 100000) {
    response = endless.after(std::string(1000, 'x'));
    given += 1000;
  }
  CHECK(given <= 17000);
  CHECK(status_of(response).rfind("HTTP/1.1 4", 0) == 0);
  CHECK(endless.engine->state() == State::kFailed);
  Server nearly;
  CHECK(status_of(nearly.after(request_head("X: " + std::string(15000, 'x') + "\r\n"))) ==
        "HTTP/1.1 101 Switching Protocols");
}

TEST_CASE("an engine may go at any moment of the handshake") {
  for (const std::size_t size : {0u, 1u, 50u, 190u}) {
    Server server;
    give(*server.engine, request_head().substr(0, size));
    server.engine.reset();
  }
  Server with_body;
  give(*with_body.engine, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
  with_body.engine.reset();
  CHECK(with_body.heard.events.empty());
}
