#include <doctest/doctest.h>

#include <string>

#include "ws/server_request.h"

using namespace wscope::ws;

namespace {

std::string fault_of_line(const std::string& line) {
  return fault_of_request("GET / HTTP/1.1\r\nHost: h\r\n" + line + "\r\nY: b\r\n\r\n");
}

}  // namespace

TEST_CASE("a request that is as it should be has no fault") {
  CHECK(fault_of_request("GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n").empty());
  CHECK(fault_of_request("G#T / HTTP/1.1\r\nhost:h\r\n\r\n").empty());
  CHECK(fault_of_request("GET / HTTP/1.1\nHost: h\n\n").empty());
  CHECK(fault_of_request("GET / HTTP/1.1\r\n\r\n").empty());  // websocketpp misses the Host
  for (const char* line : {"X:", "X: ", "X: a\tb", "X:a:b", "X: \xff\x01", "X-Host: h", "X: #a"}) {
    CAPTURE(line);
    CHECK(fault_of_line(line).empty());
  }
}

TEST_CASE("RFC 9112 5: lines that are no fields") {
  CHECK(fault_of_line("X : a") ==
        "its head has white space before the colon (RFC 9112 5.1): \"X : a\"");
  CHECK(fault_of_line("X\t: a") ==
        "its head has white space before the colon (RFC 9112 5.1): \"X\\t: a\"");
  CHECK(fault_of_line(" folded: a") ==
        "its head has a line folded onto the next (obs-fold, RFC 9112 5.2): \" folded: a\"");
  CHECK(fault_of_line("nonsense") == "its head has a header without a colon: \"nonsense\"");
  CHECK(fault_of_line(": a") == "its head has a header without a name: \": a\"");
  CHECK(fault_of_line("X(y): a") == "its head has a header name that is not a token: \"X(y): a\"");
}

TEST_CASE("RFC 9110 5.5: NUL and CR within a line") {
  CHECK(fault_of_line(std::string("X: a\0b", 6)) ==
        "its head has a NUL byte in a line: \"X: a\\x00b\"");
  CHECK(fault_of_line("X: a\rb") == "its head has a CR inside a line: \"X: a\\rb\"");
  CHECK(fault_of_line("X: a\r") == "its head has a CR inside a line: \"X: a\\r\"");
  CHECK(fault_of_request("GET /\r HTTP/1.1\r\nHost: h\r\n\r\n") ==
        "its head has a CR inside a line: \"GET /\\r HTTP/1.1\"");
}

TEST_CASE("RFC 9112 3.2: one Host, and no fragment in the target") {
  CHECK(fault_of_line("HOST: h") == "it has more than one Host (RFC 9112 3.2)");
  CHECK(fault_of_request("GET /#a HTTP/1.1\r\nHost: h\r\n\r\n") ==
        "its head has a fragment in its target (RFC 9112 3.2): \"GET /#a HTTP/1.1\"");
}
