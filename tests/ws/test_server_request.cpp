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

TEST_CASE("RFC 9112 6.3: one length, and a number") {
  CHECK(fault_of_line("Content-Length: 5").empty());
  CHECK(fault_of_line("content-length: 5, 5").empty());
  for (const char* value : {"", "abc", "5x", "+5", "-1", "0x5", "5 5"}) {
    CAPTURE(value);
    const std::string line = "Content-Length: " + std::string(value);
    CHECK(fault_of_line(line) ==
          "its head has a Content-Length that is no number (RFC 9112 6.3): \"" + line + '"');
  }
  CHECK(fault_of_line("Content-Length: 5, 6") ==
        "its head has two Content-Lengths that differ (RFC 9112 6.3): \"Content-Length: 5, 6\"");
  CHECK(fault_of_line("Content-Length: 5\r\nContent-Length: 6") ==
        "its head has two Content-Lengths that differ (RFC 9112 6.3): \"Content-Length: 6\"");
}

TEST_CASE("RFC 9112 3.2: one Host, and no fragment in the target") {
  CHECK(fault_of_line("HOST: h") == "it has more than one Host (RFC 9112 3.2)");
  for (const char* host : {"", "h:", "h:80", "[::1]:80", "[v1.a]", "a_b", "%41.x", "1.2.3.4:5"}) {
    CAPTURE(host);
    CHECK(fault_of_request("GET / HTTP/1.1\r\nHost: " + std::string(host) + " \r\n\r\n").empty());
  }
  for (const char* host : {"a b", "[::1", "[]", "[::1]80", "u@h", "h:80:90", "h:x", "h/p", "[g]"}) {
    CAPTURE(host);
    CHECK(fault_of_request("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") ==
          "its head has a Host that is none (RFC 9112 3.2): \"Host: " + std::string(host) + '"');
  }
  CHECK(fault_of_request("GET /#a HTTP/1.1\r\nHost: h\r\n\r\n") ==
        "its head has a fragment in its target (RFC 9112 3.2): \"GET /#a HTTP/1.1\"");
}

TEST_CASE("RFC 9112 3.2.2: a target in absolute form is its path and query") {
  CHECK(origin_form("http://h:80/chat?x=/y") == "/chat?x=/y");
  CHECK(origin_form("ws://h/a//b") == "/a//b");
  CHECK(origin_form("http://h") == "/");
  CHECK(origin_form("http://h?x=/y") == "/?x=/y");
  for (const char* other :
       {"/", "/a?b=c", "/http://h/chat", "/?u=http://h/", "?u=http://h/", "*", "h:80", ""}) {
    CAPTURE(other);
    CHECK(origin_form(other) == other);
  }
}
