#include <doctest/doctest.h>

#include <algorithm>

#include "ws/handshake_request.h"

using namespace wscope;
using namespace wscope::ws;
using namespace std::string_literals;

namespace {

constexpr std::string_view kNonce = "the sample nonce";  // RFC 6455 1.3

RequestTarget target() { return {"/chat?x=1", "server.example.com:8080", std::nullopt, ""}; }

std::string head_of(const HandshakeOptions& options, const RequestTarget& where = target()) {
  const auto request = write_request(where, options, std::nullopt, kNonce);
  REQUIRE(request);
  return request->head;
}

HandshakeOptions with_headers(std::vector<std::string> headers) {
  HandshakeOptions options;
  options.headers = std::move(headers);
  return options;
}

Error error_of(const HandshakeOptions& options, const RequestTarget& where = target()) {
  const auto request = write_request(where, options, std::nullopt, kNonce);
  REQUIRE_FALSE(request);
  CHECK(request.error().stage == Stage::kUsage);
  return request.error();
}

/// What stands in the head after this one line, or "" when the line is not there.
bool has_line(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("the plain request, byte for byte") {
  const auto request = write_request(target(), {}, DeflateOffer{}, kNonce);
  REQUIRE(request);
  CHECK(request->head ==
        "GET /chat?x=1 HTTP/1.1\r\n"
        "Host: server.example.com:8080\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        "User-Agent: wscope/" WSCOPE_VERSION
        "\r\n"
        "\r\n");
  CHECK(request->key == "dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(request->subprotocols.empty());
  CHECK(request->deflate.has_value());
}

TEST_CASE("every option has its place") {
  HandshakeOptions options;
  options.host = "other.example";
  options.origin = "https://page.example";
  options.subprotocols = {"chat", "superchat"};
  options.auth = "Aladdin:open sesame";
  options.cookies = {"a=b", "c=d; e=f"};
  options.user_agent = "me/1";
  options.version = 8;
  options.headers = {"X-One: 1", "x-two:2", "X-One: 1"};
  const auto request = write_request(target(), options, DeflateOffer{}, kNonce);
  REQUIRE(request);
  CHECK(request->head ==
        "GET /chat?x=1 HTTP/1.1\r\n"
        "Host: other.example\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 8\r\n"
        "Sec-WebSocket-Protocol: chat, superchat\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
        "Origin: https://page.example\r\n"
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"  // RFC 7617 section 2
        "Cookie: a=b; c=d; e=f\r\n"
        "User-Agent: me/1\r\n"
        "X-One: 1\r\n"
        "x-two: 2\r\n"
        "X-One: 1\r\n"
        "\r\n");
  CHECK(request->subprotocols == std::vector<std::string>{"chat", "superchat"});
}

TEST_CASE("-H replaces an own header in its place, keeps duplicates and the case given") {
  const std::string head = head_of(
      with_headers({"HOST: a", "X: 1", "connection: keep-alive, Upgrade", "host: b", "Origin: o"}));
  CHECK(head ==
        "GET /chat?x=1 HTTP/1.1\r\n"
        "HOST: a\r\n"
        "host: b\r\n"
        "Upgrade: websocket\r\n"
        "connection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "User-Agent: wscope/" WSCOPE_VERSION
        "\r\n"
        "X: 1\r\n"
        "Origin: o\r\n"
        "\r\n");
}

TEST_CASE("-H 'Name:' removes and 'Name;' sends empty, as with curl") {
  CHECK_FALSE(
      has_line(head_of(with_headers({"User-Agent:"})), "User-Agent: wscope/" WSCOPE_VERSION));
  CHECK(head_of(with_headers({"user-agent: \t", "Host:", "Upgrade:", "Connection:",
                              "sec-websocket-key:", "Sec-WebSocket-Version:", "X-None:"})) ==
        "GET /chat?x=1 HTTP/1.1\r\n\r\n");
  CHECK(has_line(head_of(with_headers({"X-Empty;"})), "X-Empty:"));
  CHECK(has_line(head_of(with_headers({"Origin; "})), "Origin:"));
  CHECK(has_line(head_of(with_headers({"User-Agent;"})), "User-Agent:"));
  CHECK(has_line(head_of(with_headers({"X: a;b:c"})), "X: a;b:c"));
  CHECK(has_line(head_of(with_headers({"X: ä\tb"})), "X: ä\tb"));
  // A removed header with a value given elsewhere is sent with that value only.
  const std::string head = head_of(with_headers({"Host:", "Host: mine"}));
  CHECK(has_line(head, "Host: mine"));
  CHECK(head.find("server.example.com") == std::string::npos);
}

TEST_CASE("what was sent by -H is what the answer will be judged by") {
  HandshakeOptions options = with_headers(
      {"Sec-WebSocket-Key: abc", "Sec-WebSocket-Protocol: x, y", "sec-websocket-protocol: z",
       "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9"});
  options.subprotocols = {"chat"};
  auto request = write_request(target(), options, DeflateOffer{}, kNonce);
  REQUIRE(request);
  CHECK(request->key == "abc");
  CHECK(request->subprotocols == std::vector<std::string>{"x", "y", "z"});
  REQUIRE(request->deflate);
  CHECK(request->deflate->server_max_window_bits == 9);
  CHECK_FALSE(request->deflate->offer_client_max_window_bits);

  options = with_headers({"Sec-WebSocket-Extensions:", "Sec-WebSocket-Key:"});
  request = write_request(target(), options, DeflateOffer{}, kNonce);
  REQUIRE(request);
  CHECK(request->key == "");
  CHECK_FALSE(request->deflate);

  options = with_headers({"Sec-WebSocket-Extensions: x-foo"});
  request = write_request(target(), options, DeflateOffer{}, kNonce);
  REQUIRE(request);
  CHECK_FALSE(request->deflate);

  options = with_headers({"Sec-WebSocket-Extensions: permessage-deflate"});
  request = write_request(target(), options, std::nullopt, kNonce);
  REQUIRE(request);
  CHECK(request->deflate);
}

TEST_CASE("credentials: options win over the URL") {
  RequestTarget where = target();
  where.user = "Aladdin";
  where.password = "open sesame";
  CHECK(has_line(head_of({}, where), "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
  HandshakeOptions options;
  options.auth = "me";
  CHECK(has_line(head_of(options, where), "Authorization: Basic bWU6"));
  options.auth.reset();
  options.bearer = "t0ken";
  CHECK(has_line(head_of(options, where), "Authorization: Bearer t0ken"));
  options.headers = {"Authorization: Custom x"};
  CHECK(has_line(head_of(options, where), "Authorization: Custom x"));
  CHECK(head_of(options, where).find("t0ken") == std::string::npos);
  options.headers = {"authorization:"};
  CHECK(head_of(options, where).find("uthorization") == std::string::npos);
  options.headers.clear();
  options.auth = "me";
  CHECK(error_of(options).message ==
        "--auth and --bearer can't be used together: both are Authorization");
  where.user = "a:b";
  CHECK(error_of({}, where).message.find("contains a colon") != std::string::npos);
}

TEST_CASE("an empty user agent leaves the header out") {
  HandshakeOptions options;
  options.user_agent = "";
  CHECK(head_of(options).find("User-Agent") == std::string::npos);
}

TEST_CASE("an empty resource asks for /") {
  CHECK(head_of({}, {"", "h", std::nullopt, ""}).rfind("GET / HTTP/1.1\r\nHost: h\r\n", 0) == 0);
}

TEST_CASE("no part can break out of its line") {
  const std::string nul("a\0b", 3);
  for (const std::string& bad : {std::string("a\rb"), std::string("a\nX: y"), nul}) {
    CAPTURE(bad);
    const auto message = [](const std::string& name) {
      return "the value of the header \"" + name + "\" contains a line break or NUL";
    };
    HandshakeOptions options;
    options.origin = bad;
    CHECK(error_of(options).message == message("Origin"));
    options = {};
    options.host = bad;
    CHECK(error_of(options).message == message("Host"));
    options = {};
    options.bearer = bad;
    CHECK(error_of(options).message == message("Authorization"));
    options = {};
    options.cookies = {"ok=1", bad};
    CHECK(error_of(options).message == message("Cookie"));
    options = {};
    options.user_agent = bad;
    CHECK(error_of(options).message == message("User-Agent"));
    CHECK(error_of(with_headers({"X-Secret: " + bad})).message == message("X-Secret"));
    CHECK(error_of(with_headers({bad + ": x"})).message.find("is not a header name") !=
          std::string::npos);
    CHECK(error_of({}, {"/" + bad, "h", std::nullopt, ""}).message.find("path of the URL") !=
          std::string::npos);
    CHECK(error_of({}, {"/", bad, std::nullopt, ""}).message == message("Host"));
    options = {};
    options.subprotocols = {bad};
    CHECK(error_of(options).message.find("is not a subprotocol") != std::string::npos);
  }
  CHECK(error_of({}, {"/a b", "h", std::nullopt, ""}).hint == "write a space as %20");
}

TEST_CASE("user names and passwords have no control characters (RFC 7617 2)") {
  for (const std::string& auth : {"a\r\n:b"s, "a:b\x01"s, "a:\0"s, "a\x7f"s}) {
    HandshakeOptions options;
    options.auth = auth;
    CHECK(error_of(options).stage == Stage::kUsage);
    CHECK(error_of(options).message ==
          "--auth: a user name or password can't have a control character");
  }
  CHECK(error_of({}, {"/", "h", "a\nb", "c"}).stage == Stage::kUsage);
  CHECK(error_of({}, {"/", "h", "a", "\tc"}).message ==
        "the user name or password has a control character, which can't be sent");
  HandshakeOptions options;
  options.auth = "\xc3\xbc:p w";
  CHECK(has_line(head_of(options), "Authorization: Basic w7w6cCB3"));
}

TEST_CASE("a -H that is none is refused with what would be right") {
  CHECK(error_of(with_headers({"nonsense"})).message == "-H \"nonsense\": no colon after the name");
  CHECK(error_of(with_headers({""})).message == "-H \"\": no colon after the name");
  CHECK(error_of(with_headers({"nonsense"})).hint.find("'Name: value'") != std::string::npos);
  CHECK(error_of(with_headers({": x"})).message ==
        "-H: \"\" is not a header name (RFC 9110 5.6.2: a token)");
  CHECK(error_of(with_headers({"X Y: x"})).message ==
        "-H: \"X Y\" is not a header name (RFC 9110 5.6.2: a token)");
  CHECK(error_of(with_headers({"X : x"})).message ==
        "-H: \"X \" is not a header name (RFC 9110 5.6.2: a token)");
  CHECK(error_of(with_headers({"X; value"})).message ==
        "-H \"X\": something follows the semicolon");
}

TEST_CASE("subprotocols are tokens, each once (RFC 6455 4.1)") {
  HandshakeOptions options;
  options.subprotocols = {"a, b"};
  CHECK(error_of(options).message == "-s: \"a, b\" is not a subprotocol (RFC 9110 5.6.2: a token)");
  CHECK(error_of(options).hint == "give -s once for each subprotocol");
  options.subprotocols = {""};
  CHECK(error_of(options).message == "-s: \"\" is not a subprotocol (RFC 9110 5.6.2: a token)");
  options.subprotocols = {"a", "b", "a"};
  CHECK(error_of(options).message == "-s: \"a\" is given twice");
  options.subprotocols = {"a", "A"};
  CHECK(has_line(head_of(options), "Sec-WebSocket-Protocol: a, A"));
}

TEST_CASE("Sec-WebSocket-Accept (RFC 6455 1.3)") {
  CHECK(accept_for_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(accept_for_key("") == "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=");
  // Keys of -H may have any length: SHA-1 over one, two and more blocks.
  CHECK(accept_for_key(std::string(20, 'k')) == "tSsjsIAvEVIQ+IC5K8+T/OkG8nU=");
  CHECK(accept_for_key(std::string(200, 'k')) == "HXr7Nbki1tHdEVpq+a7G7IV4VJU=");
}
