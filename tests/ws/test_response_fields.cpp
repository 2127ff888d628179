#include <doctest/doctest.h>

#include "ws/response_fields.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

constexpr const char* kHead = "HTTP/1.1 101 Switching Protocols\r\nServer: wscope\r\nA: 1\r\n\r\n";

std::string refusal(const std::string& header) {
  const auto fields = response_fields({"X-Good: 1", header});
  REQUIRE_FALSE(fields.has_value());
  CHECK(fields.error().stage == Stage::kUsage);
  CHECK_FALSE(fields.error().hint.empty());
  return fields.error().message;
}

}  // namespace

TEST_CASE("-H of a server: order, case and duplicates stay") {
  const auto fields = response_fields({"X-One:  1 ", "set-cookie: a=1", "Set-Cookie: b=2"});
  REQUIRE(fields.has_value());
  CHECK(*fields == ResponseFields{{"X-One", "1"}, {"set-cookie", "a=1"}, {"Set-Cookie", "b=2"}});
  CHECK(response_fields({})->empty());
}

TEST_CASE("-H of a server: there is nothing to remove or to send empty") {
  for (const char* header : {"X-One:", "X-One: \t", "X-One;"}) {
    CAPTURE(header);
    CHECK(refusal(header) == "-H \"X-One\": no value, and nothing to remove with --listen");
  }
}

TEST_CASE("-H of a server: the handshake's own headers are refused (RFC 6455 4.2.2)") {
  for (const std::string name : {"Upgrade", "CONNECTION", "Sec-WebSocket-Accept",
                                 "sec-websocket-protocol", "Sec-WebSocket-X"}) {
    CAPTURE(name);
    CHECK(refusal(name + ": x") == "-H \"" + name + "\": the handshake sets this header");
    CHECK(refusal(name + ":") == "-H \"" + name + "\": the handshake sets this header");
  }
}

TEST_CASE("-H of a server: checked as that of a request") {
  CHECK(refusal("nonsense") == "-H \"nonsense\": no colon after the name");
  CHECK(refusal("X Y: x") == "-H: \"X Y\" is not a header name (RFC 9110 5.6.2: a token)");
  CHECK(refusal("X: a\r\nY: b") == "the value of the header \"X\" contains a line break or NUL");
}

TEST_CASE("fields come behind the head's own, or in the place of one of that name") {
  CHECK(add_fields(kHead, {}) == kHead);
  CHECK(add_fields(kHead, {{"X", "1"}, {"X", "2"}}) ==
        "HTTP/1.1 101 Switching Protocols\r\nServer: wscope\r\nA: 1\r\nX: 1\r\nX: 2\r\n\r\n");
  CHECK(add_fields(kHead, {{"X", "1"}, {"server", "mine"}, {"SERVER", "too"}}) ==
        "HTTP/1.1 101 Switching Protocols\r\nserver: mine\r\nSERVER: too\r\nA: 1\r\nX: 1\r\n\r\n");
}
