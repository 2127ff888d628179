#include <doctest/doctest.h>

#include <chrono>

#include "support/splits.h"
#include "ws/response_gate.h"

using namespace std::string_literals;
using namespace wscope;
using namespace wscope::ws;
using wscope::test::for_each_split;
using Progress = ResponseGate::Progress;

namespace {

constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

HandshakeRequest request_for(const HandshakeOptions& options = {},
                             const std::optional<DeflateOffer>& deflate = DeflateOffer{}) {
  const auto request = write_request({"/chat?token=secret", "h", std::nullopt, ""}, options,
                                     deflate, "the sample nonce");
  REQUIRE(request);
  return *request;
}

HandshakeRequest request_with_subprotocols(std::vector<std::string> subprotocols) {
  HandshakeOptions options;
  options.subprotocols = std::move(subprotocols);
  return request_for(options);
}

std::string switching(const std::string& more = "") {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
         more + "\r\n";
}

struct Outcome {
  Progress progress = Progress::kMore;
  ResponseGate gate;
};

Outcome outcome(const HandshakeRequest& request, const std::vector<std::string_view>& pieces) {
  Outcome result{Progress::kMore, ResponseGate(request)};
  for (const std::string_view piece : pieces) result.progress = result.gate.feed(piece);
  return result;
}

/// The error all ways to split these bytes lead to.
Error error_after(const HandshakeRequest& request, const std::string& bytes,
                  bool peer_ends = false) {
  Error error;
  for_each_split(bytes, [&](const std::vector<std::string_view>& pieces) {
    Outcome end = outcome(request, pieces);
    if (peer_ends) {
      CHECK(end.progress == Progress::kMore);
      end.progress = end.gate.finish("the peer closed the connection");
    }
    REQUIRE(end.progress == Progress::kFailed);
    if (!error.message.empty()) {
      CHECK(error.message == end.gate.error().message);
      CHECK(error.hint == end.gate.error().hint);
      CHECK(error.detail == end.gate.error().detail);
    }
    error = end.gate.error();
    CHECK(error.stage == Stage::kHandshake);
  });
  return error;
}

Error invalid(const std::string& bytes, const HandshakeRequest& request = request_for()) {
  Error error = error_after(request, bytes);
  const std::string prefix = "the server's handshake is not valid: ";
  REQUIRE(error.message.substr(0, prefix.size()) == prefix);
  error.message.erase(0, prefix.size());
  return error;
}

std::string hint_for(const std::string& status, const std::string& fields = "",
                     const std::string& body = "", const HandshakeOptions& options = {}) {
  return error_after(request_for(options), "HTTP/1.1 " + status + "\r\n" + fields +
                                               "Content-Length: " + std::to_string(body.size()) +
                                               "\r\n\r\n" + body)
      .hint;
}

}  // namespace

TEST_CASE("a right answer is accepted, and what follows is kept") {
  for_each_split(switching() + "\x81\x02hi", [](const std::vector<std::string_view>& pieces) {
    const Outcome end = outcome(request_for(), pieces);
    CHECK(end.progress == Progress::kAccepted);
    CHECK(end.gate.rest() == "\x81\x02hi");
    CHECK(end.gate.agreed().subprotocol == "");
    CHECK(end.gate.agreed().extensions == "");
    CHECK_FALSE(end.gate.agreed().deflate);
    REQUIRE(end.gate.head());
    CHECK(end.gate.head()->raw == switching());
    CHECK(end.gate.begun());
  });
}

TEST_CASE("answers in other words for the same (RFC 6455 4.1, RFC 9110 5.6.1)") {
  const std::string answers[] = {
      "HTTP/1.1 101\r\nupgrade: WebSocket\r\nCONNECTION: keep-alive, upgrade\r\n"
      "sec-websocket-accept:s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t\r\n\r\n",
      "HTTP/1.1 101 Switching\nUpgrade: websocket\nConnection: Upgrade\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n\n",
      "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: close\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
      "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
      // RFC 9110 15.2: interim responses before it
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + switching(),
  };
  for (const std::string& answer : answers) {
    CAPTURE(answer);
    for_each_split(answer + "rest", [](const std::vector<std::string_view>& pieces) {
      const Outcome end = outcome(request_for(), pieces);
      CHECK(end.progress == Progress::kAccepted);
      CHECK(end.gate.rest() == "rest");
    });
  }
}

TEST_CASE("what was agreed") {
  const auto request = request_with_subprotocols({"chat", "v2"});
  for_each_split(switching("Sec-WebSocket-Protocol: v2\r\n"
                           "Sec-WebSocket-Extensions: permessage-deflate;\r\n"),
                 [&](const std::vector<std::string_view>& pieces) {
                   CHECK(outcome(request, pieces).progress == Progress::kFailed);
                 });
  for_each_split(
      switching("Sec-WebSocket-Protocol: v2\r\nSec-WebSocket-Extensions: permessage-deflate; "
                "client_max_window_bits=10\r\n"),
      [&](const std::vector<std::string_view>& pieces) {
        const Outcome end = outcome(request, pieces);
        REQUIRE(end.progress == Progress::kAccepted);
        CHECK(end.gate.agreed().subprotocol == "v2");
        CHECK(end.gate.agreed().extensions == "permessage-deflate; client_max_window_bits=10");
        REQUIRE(end.gate.agreed().deflate);
        CHECK(end.gate.agreed().deflate->own_window_bits == 10);
      });
  // Asked for and none chosen: allowed (RFC 6455 4.2.2).
  CHECK(outcome(request, {switching()}).progress == Progress::kAccepted);
}

TEST_CASE("101 that breaks RFC 6455 4.1: what came and what was expected") {
  const auto without = [](const std::string& line, const std::string& instead = "") {
    std::string answer = switching();
    const std::size_t at = answer.find(line);
    REQUIRE(at != std::string::npos);
    return answer.replace(at, line.size(), instead);
  };
  const std::string upgrade = "Upgrade: websocket\r\n";
  const std::string connection = "Connection: Upgrade\r\n";
  const std::string accept = "Sec-WebSocket-Accept: "s + kAccept + "\r\n";
  CHECK(invalid(without("HTTP/1.1", "HTTP/1.0")).message ==
        "it is in \"HTTP/1.0\", expected \"HTTP/1.1\"");
  CHECK(invalid(without("HTTP/1.1", "HTTP/2.0")).message ==
        "it is in \"HTTP/2.0\", expected \"HTTP/1.1\"");
  CHECK(invalid(without(upgrade)).message == "it has no Upgrade");
  CHECK(invalid(without(upgrade, "Upgrade: h2c\r\n")).message ==
        "Upgrade is \"h2c\", expected \"websocket\"");
  for (const char* several :
       {"h2c, websocket", "websocket, h2c", "websocket, websocket", "websocket,", "websocket/13"}) {
    CHECK(invalid(without(upgrade, "Upgrade: " + std::string(several) + "\r\n")).message ==
          "Upgrade is \"" + std::string(several) + "\", expected \"websocket\"");
  }
  CHECK(invalid(without(upgrade, upgrade + upgrade)).message ==
        "Upgrade is \"websocket, websocket\", expected \"websocket\"");
  CHECK(invalid(without(upgrade, "Upgrade: websockets\r\n")).message ==
        "Upgrade is \"websockets\", expected \"websocket\"");
  CHECK(invalid(without(connection)).message == "it has no Connection");
  CHECK(invalid(without(connection, "Connection: close, keep-alive\r\n")).message ==
        "Connection is \"close, keep-alive\", expected \"Upgrade\"");
  CHECK(invalid(without(accept)).message == "it has no Sec-WebSocket-Accept");
  CHECK(invalid(without(accept, "Sec-WebSocket-Accept: abc=\r\n")).message ==
        "Sec-WebSocket-Accept is \"abc=\", expected \"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"");
  CHECK(invalid(without(accept, "Sec-WebSocket-Accept:\r\n")).message ==
        "Sec-WebSocket-Accept is \"\", expected \"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"");
  CHECK(invalid(without(accept, accept + accept)).message ==
        "Sec-WebSocket-Accept comes 2 times: "
        "\"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"");
  // Base64 is case-sensitive.
  CHECK(
      invalid(without(accept, "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")).message ==
      "Sec-WebSocket-Accept is \"S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\", "
      "expected \"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"");
  const Error error = invalid(without(upgrade, "Server: x\r\nDate: today\r\n"));
  CHECK(error.hint == "a proxy on the way may not let upgrades through");
  CHECK(error.detail ==
        "HTTP/1.1 101 Switching Protocols\nServer: x\nConnection: Upgrade\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("a subprotocol that was not asked for, or more than one") {
  CHECK(invalid(switching("Sec-WebSocket-Protocol: chat\r\n")).message ==
        "it chose the subprotocol \"chat\", which was not asked for");
  CHECK(invalid(switching("Sec-WebSocket-Protocol:\r\n")).message ==
        "it chose the subprotocol \"\", which was not asked for");
  const auto request = request_with_subprotocols({"chat", "v2"});
  CHECK(invalid(switching("Sec-WebSocket-Protocol: Chat\r\n"), request).message ==
        "it chose the subprotocol \"Chat\", which was not asked for (asked for \"chat\", \"v2\")");
  CHECK(invalid(switching("Sec-WebSocket-Protocol: chat, v2\r\n"), request).message ==
        "it chose more than one subprotocol: \"chat, v2\"");
  CHECK(invalid(switching("Sec-WebSocket-Protocol: v2\r\nsec-websocket-protocol: v2\r\n"), request)
            .message == "it chose more than one subprotocol: \"v2, v2\"");
}

TEST_CASE("extensions are judged together, over several headers") {
  const std::string prefix = "the server's Sec-WebSocket-Extensions is not valid: ";
  const auto message = [&](const std::string& fields, const HandshakeRequest& request) {
    return error_after(request, switching(fields)).message;
  };
  CHECK(message("Sec-WebSocket-Extensions: foo\r\n", request_for()) ==
        prefix + "the extension \"foo\" was not offered");
  CHECK(message("Sec-WebSocket-Extensions: permessage-deflate\r\n"
                "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                request_for()) == prefix + "permessage-deflate comes twice");
  CHECK(message("Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16\r\n",
                request_for()) ==
        prefix + "\"server_max_window_bits=16\" is not a window of 8 to 15 bits");
  CHECK(
      message("Sec-WebSocket-Extensions: permessage-deflate\r\n", request_for({}, std::nullopt)) ==
      prefix + "the extension \"permessage-deflate\" was not offered");
}

TEST_CASE("a head that is no HTTP head") {
  const std::string prefix = "the server's response head is malformed: ";
  const auto message = [](const std::string& bytes) {
    return error_after(request_for(), bytes).message;
  };
  const std::string start = "HTTP/1.1 101 Switching Protocols\r\n";
  CHECK(message("HTTP/1.1\r\n\r\n") == prefix + "no HTTP status line: \"HTTP/1.1\"");
  CHECK(message("HTTP/x\r\n\r\n") == prefix + "no HTTP status line: \"HTTP/x\"");
  CHECK(message(start + "Upgrade: websocket,\r\n h2c\r\n\r\n") ==
        prefix + "a line folded onto the next (obs-fold, RFC 9112 5.2): \" h2c\"");
  CHECK(message(start + "A: \0\r\n\r\n"s) == prefix + "a NUL byte in a line: \"A: \\x00\"");
  CHECK(message(start + "x\nA: b\r\n\r\n") == prefix + "a header without a colon: \"x\"");
  CHECK(message(start + "A : b\r\n\r\n") ==
        prefix + "white space before the colon (RFC 9112 5.1): \"A : b\"");
  CHECK(message(start + "A: b\rc\r\n\r\n") == prefix + "a CR inside a line: \"A: b\\rc\"");
}

TEST_CASE("what is no HTTP is known by its first bytes") {
  struct Row {
    std::string bytes;
    std::size_t deciding;  // how many bytes it takes
  };
  const Row rows[] = {{"SSH-2.0-OpenSSH_9.2\r\n", 1},
                      {"220 mail.example ESMTP\r\n", 1},
                      {"HTTPS/1.1 200\r\n", 5},
                      {"http/1.1 200 OK\r\n", 1},
                      {"\r\nHTTP/1.1 200 OK\r\n", 1},
                      {"\x16\x03\x01", 1},
                      {"HTML", 3},
                      {"\0\0\x12\x04"s, 1}};
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    ResponseGate gate(request_for());
    for (std::size_t i = 0; i + 1 < row.deciding; ++i) {
      CHECK(gate.feed(row.bytes.substr(i, 1)) == Progress::kMore);
    }
    CHECK(gate.feed(row.bytes.substr(row.deciding - 1, 1)) == Progress::kFailed);
    CHECK(gate.error().stage == Stage::kHandshake);
    CHECK(gate.error().message.find("the server does not speak HTTP: it sent \"") == 0);
    CHECK_FALSE(gate.head());
  }
  ResponseGate gate(request_for());
  CHECK(gate.feed("SSH-2.0-OpenSSH_9.2\r\n") == Progress::kFailed);
  CHECK(gate.error().message ==
        "the server does not speak HTTP: it sent \"SSH-2.0-OpenSSH_9.2\\r\\n\"");
  ResponseGate hostile(request_for());
  hostile.feed("\x1b[2J\x1b]0;owned\x07" + std::string(100000, 'x'));
  CHECK(hostile.error().message ==
        "the server does not speak HTTP: it sent "
        "\"\\x1b[2J\\x1b]0;owned\\x07xxxxxxxxxxxxxxxxxxxxxxxxxx…\"");
}

TEST_CASE("a TLS alert on a plain port (RFC 8446 6)") {
  ResponseGate whole(request_for());
  CHECK(whole.feed("\x15\x03\x01\x00\x02\x02\x46"s) == Progress::kFailed);
  CHECK(whole.error().message ==
        "the server speaks TLS, not plain HTTP: it sent \"\\x15\\x03\\x01\\x00\\x02\\x02F\"");
  CHECK(whole.error().hint == "use wss://");
  ResponseGate single(request_for());
  CHECK(single.feed("\x15") == Progress::kMore);
  CHECK(single.feed("\x03") == Progress::kFailed);
  CHECK(single.error().hint == "use wss://");
  ResponseGate other(request_for());
  CHECK(other.feed("\x15") == Progress::kMore);
  CHECK(other.feed("\x04") == Progress::kFailed);
  CHECK(other.error().message == "the server does not speak HTTP: it sent \"\\x15\\x04\"");
  ResponseGate ended(request_for());
  CHECK(ended.feed("\x15") == Progress::kMore);
  CHECK(ended.finish("the peer closed") == Progress::kFailed);
  CHECK(ended.error().message == "the server does not speak HTTP: it sent \"\\x15\"");
}

TEST_CASE("an HTTPS port that says so") {
  CHECK(hint_for("400 Bad Request", "Server: nginx\r\n",
                 "<h1>The plain HTTP request was sent to HTTPS port</h1>") ==
        "this port speaks TLS: use wss://");
  CHECK(hint_for("400 Bad Request", "", "Client sent an HTTP request to an HTTPS server.\n") ==
        "this port speaks TLS: use wss://");
  CHECK(hint_for("400 Bad Request", "",
                 "You're speaking plain HTTP to an SSL-enabled server port.<br />") ==
        "this port speaks TLS: use wss://");
}

TEST_CASE("a refusal shows status line, the headers that matter and the body") {
  const Error error = error_after(request_for(),
                                  "HTTP/1.1 403 Forbidden\r\n"
                                  "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                                  "server: tiny/1\r\n"
                                  "Set-Cookie: session=c2VjcmV0; HttpOnly\r\n"
                                  "X-Powered-By: x\r\n"
                                  "Content-Type: text/html\r\n"
                                  "X-Name: \x1b[2J\r\n"
                                  "Location: /\x1b[2J\r\n"
                                  "Content-Length: 21\r\n"
                                  "\r\n"
                                  "no\x1b[31m\tway\r\n\xc2\x9b\xff\rb\r\n\r\n");
  CHECK(error.message == "server refused the upgrade: HTTP/1.1 403 Forbidden");
  CHECK(error.detail ==
        "HTTP/1.1 403 Forbidden\n"
        "server: tiny/1\n"
        "Set-Cookie: session=…; HttpOnly\n"
        "Content-Type: text/html\n"
        "Location: /\\x1b[2J\n"
        "\n"
        "no\\x1b[31m\tway\n\\u{9b}\\xff\\x0db");
}

TEST_CASE("a refusal shows no secret of a Location or a nameless cookie") {
  const Error error = error_after(request_for(),
                                  "HTTP/1.1 302 Found\r\n"
                                  "Location: http://us:hunter2@h:1/c\r\n"
                                  "Set-Cookie: hunter2\r\n"
                                  "Content-Length: 0\r\n\r\n");
  CHECK(error.detail ==
        "HTTP/1.1 302 Found\n"
        "Location: http://…@h:1/c\n"
        "Set-Cookie: …");
  CHECK(error.hint == "-L follows the redirect to http://…@h:1/c");
}

TEST_CASE("a refusal's body in every framing, over any reads") {
  const std::string status = "HTTP/1.1 500 Oops\r\n";
  const std::string wanted = "HTTP/1.1 500 Oops\n\nhello, world";
  CHECK(error_after(request_for(), status + "Content-Length: 12\r\n\r\nhello, world").detail ==
        wanted);
  CHECK(error_after(request_for(), status +
                                       "Transfer-Encoding: chunked\r\n\r\n"
                                       "7;ext=\"1\"\r\nhello, \r\n5\r\nworld\r\n0\r\nT: x\r\n\r\n")
            .detail == wanted);
  CHECK(error_after(request_for(), status + "\r\nhello, world", true).detail == wanted);
  CHECK(
      error_after(request_for(), status + "Content-Length: 20\r\n\r\nhello, world", true).detail ==
      wanted + "\n(the body is not whole: the peer closed the connection)");
  CHECK(error_after(request_for(), status + "Transfer-Encoding: chunked\r\n\r\n"
                                            "c\r\nhello, world\r\nnonsense\r\n")
            .detail == wanted + "\n(the body's framing is broken)");
  CHECK(error_after(request_for(), status + "Content-Length: 0\r\n\r\n").detail ==
        "HTTP/1.1 500 Oops");
  CHECK(error_after(request_for(), "HTTP/1.0 204\r\n\r\n").message ==
        "server refused the upgrade: HTTP/1.0 204");
  CHECK(error_after(request_for(),
                    status + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n" + "\x1f\x8b\x08")
            .detail == "HTTP/1.1 500 Oops\nContent-Encoding: gzip\n\n(3 bytes, gzip)");
}

TEST_CASE("a body without a length is whole at the peer's end only (RFC 9112 6.3)") {
  ResponseGate ended(request_for());
  ended.feed("HTTP/1.1 500 Oops\r\n\r\nhello");
  CHECK(ended.finish("the peer closed") == Progress::kFailed);
  CHECK(ended.error().detail == "HTTP/1.1 500 Oops\n\nhello");
  ResponseGate dripping(request_for());
  dripping.feed("HTTP/1.1 500 Oops\r\n\r\nhello");
  CHECK(dripping.cut("no more came within 1 s") == Progress::kFailed);
  CHECK(dripping.error().detail ==
        "HTTP/1.1 500 Oops\n\nhello\n(the body is not whole: no more came within 1 s)");
}

TEST_CASE("a hostile head makes no flood of lines") {
  std::string head = "HTTP/1.1 500 " + std::string(3000, 'r') + "\r\n";
  for (int i = 0; i < 1000; ++i) head += "Server: " + std::to_string(i) + "\r\n";
  const Error error = error_after(
      request_for(), head + "Via: " + std::string(3000, 'v') + "\r\nContent-Length: 0\r\n\r\n");
  CHECK(error.message.size() < 300);
  CHECK(error.detail.size() < 2000);
  CHECK(error.detail.find("\nServer: 31\n…") != std::string::npos);
  CHECK(error_after(request_for(), "HTTP/1.1 302 x\r\nLocation: /" + std::string(60000, 'l') +
                                       "\r\nContent-Length: 0\r\n\r\n")
            .hint.size() < 300);
}

TEST_CASE("body() is the plain body of a refusal") {
  ResponseGate gate(request_for());
  CHECK(gate.feed("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\x1b"
                  "b\r\n") == Progress::kMore);
  CHECK(gate.feed("0\r\n\r\n") == Progress::kFailed);
  CHECK(gate.body() ==
        "a\x1b"
        "b");
  REQUIRE(gate.head());
  CHECK(gate.head()->status == 500);
}

TEST_CASE("an endless error body is cut at 16 KiB") {
  ResponseGate gate(request_for());
  gate.feed("HTTP/1.1 500 Oops\r\n\r\n");
  Progress progress = Progress::kMore;
  std::size_t fed = 0;
  for (; progress == Progress::kMore && fed < 1000000; fed += 100) {
    progress = gate.feed(std::string(100, 'e'));
  }
  CHECK(progress == Progress::kFailed);
  CHECK(fed <= 16384 + 100);
  CHECK(gate.body().size() == 16384);
  CHECK(gate.error().detail.find("\n(the body goes on: cut at 16 KiB)") != std::string::npos);
}

TEST_CASE("what to do about a refusal") {
  HandshakeOptions with_auth;
  with_auth.auth = "a:b";
  HandshakeOptions with_origin;
  with_origin.origin = "https://o";
  CHECK(hint_for("401 Unauthorized") == "send credentials with --auth USER:PASS or --bearer TOKEN");
  CHECK(hint_for("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n") ==
        "send a name and password with --auth USER:PASS");
  CHECK(hint_for("401 Unauthorized", "WWW-Authenticate: Bearer\r\n") ==
        "send a token with --bearer TOKEN");
  CHECK(hint_for("401 Unauthorized", "", "", with_auth) ==
        "the server did not take these credentials");
  CHECK(hint_for("403 Forbidden") ==
        "the server may want an origin (-o ORIGIN) or credentials (--auth, --bearer)");
  CHECK(hint_for("403 Forbidden", "", "", with_origin) ==
        "the server may not allow this origin, or want other credentials");
  // The query may hold a token.
  CHECK(hint_for("404 Not Found") == "the server knows no \"/chat\": check the path of the URL");
  CHECK(hint_for("200 OK") == "\"/chat\" answers plain HTTP requests: check the path of the URL");
  CHECK(hint_for("426 Upgrade Required", "Sec-WebSocket-Version: 8, 7\r\n") ==
        "the server speaks version 8, 7 of the protocol: try -p 8");
  HandshakeOptions with_version;
  with_version.version = 14;
  CHECK(hint_for("400 Bad Request", "Sec-WebSocket-Version: 13, 8\r\n", "", with_version) ==
        "the server speaks version 13, 8 of the protocol: try -p 13");
  CHECK(hint_for("400 Bad Request", "Sec-WebSocket-Version: 8, 13\r\n") ==
        "the server could not make sense of the request: -v shows it");
  CHECK(hint_for("426 Upgrade Required", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n") ==
        "");
  CHECK(hint_for("426 Upgrade Required", "Upgrade: h2c\r\n") ==
        "the server asks for an upgrade to h2c, not to websocket");
  CHECK(hint_for("429 Too Many", "Retry-After: 120\r\n") ==
        "the server asks to try again in 120 s");
  CHECK(hint_for("503 Busy", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n") ==
        "the server asks to try again after Fri, 31 Dec 1999 23:59:59 GMT");
  CHECK(hint_for("503 Busy") == "the server is busy or limits requests: try again later");
  CHECK(hint_for("302 Found", "Location: wss://other/\x1b[2J\r\n") ==
        "-L follows the redirect to wss://other/\\x1b[2J");
  CHECK(hint_for("302 Found", "Location: /a\r\nLocation: /b\r\n") == "");
  CHECK(hint_for("301 Moved") == "");
  CHECK(hint_for("400 Bad Request") ==
        "the server could not make sense of the request: -v shows it");
  CHECK(hint_for("407 Proxy Authentication Required") ==
        "a proxy wants credentials: --proxy http://USER:PASS@HOST:PORT");
  CHECK(hint_for("502 Bad Gateway") == "a gateway answered: the server behind it can't be reached");
  CHECK(hint_for("500 Oops") == "");
}

TEST_CASE("an answer that does not come, or ends too early") {
  const auto message = [](const std::string& bytes) {
    ResponseGate gate(request_for());
    gate.feed(bytes);
    CHECK(gate.begun() == !bytes.empty());
    CHECK(gate.finish("the peer closed") == Progress::kFailed);
    return gate.error().message;
  };
  CHECK(message("") == "the server sent no answer to the upgrade: the peer closed");
  CHECK(message("HT") == "the server does not speak HTTP: it sent \"HT\"");
  CHECK(message("HTTP/1.1 101 Swi") ==
        "the server's answer ends inside its head: the peer closed, after \"HTTP/1.1 101 Swi\"");
  CHECK(message(switching().substr(0, switching().size() - 1)).substr(0, 60) ==
        "the server's answer ends inside its head: the peer closed, a");
  CHECK(message("HTTP/1.1 103 Early\r\n\r\n") ==
        "the server sent an interim response and then no answer: the peer closed");
}

TEST_CASE("finish after the end changes nothing") {
  ResponseGate accepted(request_for());
  CHECK(accepted.feed(switching()) == Progress::kAccepted);
  CHECK(accepted.finish("x") == Progress::kAccepted);
  CHECK(accepted.feed("more") == Progress::kAccepted);
  CHECK(accepted.rest() == "more");
  ResponseGate failed(request_for());
  CHECK(failed.feed("x") == Progress::kFailed);
  CHECK(failed.finish("y") == Progress::kFailed);
  CHECK(failed.feed(switching()) == Progress::kFailed);
  CHECK(failed.error().message == "the server does not speak HTTP: it sent \"x\"");
}

TEST_CASE("a head over 64 KiB fails, one of 64 KiB does not") {
  const std::string limit = "the server's response head is longer than 64 KiB";
  const std::string plain = switching();
  const std::string filler = "X: " + std::string(65536 - plain.size() - 5, 'x') + "\r\n";
  REQUIRE(switching(filler).size() == 65536);
  for_each_split(switching(filler), [](const std::vector<std::string_view>& pieces) {
    CHECK(outcome(request_for(), pieces).progress == Progress::kAccepted);
  });
  CHECK(error_after(request_for(), switching("Y" + filler)).message == limit);
  // A line without end, headers without end, interim responses without end.
  CHECK(error_after(request_for(), "HTTP/1.1 101 " + std::string(70000, 'r')).message == limit);
  std::string headers = "HTTP/1.1 101 OK\r\n";
  std::string interim;
  while (headers.size() < 70000) headers += "X: y\r\n";
  while (interim.size() < 70000) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(error_after(request_for(), headers).message == limit);
  CHECK(error_after(request_for(), interim).message == limit);
}

TEST_CASE("a mebibyte of heads, a byte at a time, takes linear time") {
  std::string headers = "HTTP/1.1 101 OK\r\n";
  while (headers.size() < 65000) headers += "X-Header: value\r\n";
  const auto begin = std::chrono::steady_clock::now();
  for (int round = 0; round < 16; ++round) {
    ResponseGate gate(request_for());
    for (const char& c : headers) gate.feed(std::string_view(&c, 1));
    CHECK(gate.feed(headers) == Progress::kFailed);
    CHECK(gate.error().message == "the server's response head is longer than 64 KiB");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  // Some milliseconds; looking at the whole head for each byte takes half a minute.
  CHECK(took.count() < 5);
}
