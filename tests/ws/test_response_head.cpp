#include <doctest/doctest.h>

#include "ws/response_head.h"

using namespace wscope;
using namespace wscope::ws;

TEST_CASE("a head keeps order, case, duplicates and its bytes") {
  const std::string raw =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "UPGRADE: websocket\r\n"
      "connection:Upgrade\r\n"
      "X-a: \t 1, 2 \t \r\n"
      "x-A:\r\n"
      "X-A: 3\r\n\r\n";
  const auto head = parse_response_head(raw);
  REQUIRE(head);
  CHECK(head->raw == raw);
  CHECK(head->status_line == "HTTP/1.1 101 Switching Protocols");
  CHECK(head->major_version == 1);
  CHECK(head->minor_version == 1);
  CHECK(head->status == 101);
  CHECK(head->reason == "Switching Protocols");
  REQUIRE(head->headers.size() == 5);
  CHECK(head->headers[0].first == "UPGRADE");
  CHECK(head->headers[1].second == "Upgrade");
  CHECK(head->headers[2].second == "1, 2");
  CHECK(head->headers[3].second == "");
  CHECK(head->find("upgrade") == "websocket");
  CHECK_FALSE(head->find("up").has_value());
  CHECK(head->joined("X-A") == "1, 2, , 3");
  CHECK(head->joined("none") == "");
  CHECK(head->count("x-a") == 3);
  CHECK(head->count("none") == 0);
}

TEST_CASE("status lines that are right, however short (RFC 9112 4)") {
  struct Row {
    const char* line;
    int minor, status;
    const char* reason;
  };
  const Row rows[] = {
      {"HTTP/1.1 200 OK", 1, 200, "OK"},
      {"HTTP/1.1 101 ", 1, 101, ""},
      {"HTTP/1.1 101", 1, 101, ""},
      {"HTTP/1.0 404 Not Found", 0, 404, "Not Found"},
      {"HTTP/1.1 999 \xff\x01", 1, 999, "\xff\x01"},
  };
  for (const Row& row : rows) {
    for (const char* end : {"\r\n", "\n"}) {
      CAPTURE(row.line);
      const auto head = parse_response_head(std::string(row.line) + end + end);
      REQUIRE(head);
      CHECK(head->minor_version == row.minor);
      CHECK(head->status == row.status);
      CHECK(head->reason == row.reason);
      CHECK(head->status_line == row.line);
    }
  }
}

TEST_CASE("bare LF ends a line (RFC 9112 2.2)") {
  const auto head = parse_response_head("HTTP/1.1 200 OK\nA: b\r\nC: d\n\n");
  REQUIRE(head);
  CHECK(head->find("A") == "b");
  CHECK(head->find("C") == "d");
}

TEST_CASE("a head that is not right is refused, and what is wrong is quoted") {
  struct Row {
    std::string raw;
    const char* message;
  };
  const std::string ok = "HTTP/1.1 101 OK\r\n";
  const std::string prefix = "the server's response head is malformed: ";
  const Row rows[] = {
      {"", "it has no empty line at its end"},
      {ok, "it has no empty line at its end"},
      {ok + "A: b\r\n", "it has no empty line at its end"},
      {"\r\n\r\n", "no HTTP status line"},
      {"HTTP/1.1\r\n\r\n", "no HTTP status line: \"HTTP/1.1\""},
      {"HTTP/2 101 OK\r\n\r\n", "no HTTP status line: \"HTTP/2 101 OK\""},
      {"HTTP/1.1  101 OK\r\n\r\n", "no HTTP status line: \"HTTP/1.1  101 OK\""},
      {"HTTP/1.1\t101 OK\r\n\r\n", "no HTTP status line: \"HTTP/1.1\\t101 OK\""},
      {"HTTP/1.1 10 OK\r\n\r\n", "no HTTP status line: \"HTTP/1.1 10 OK\""},
      {"HTTP/1.1 1010 OK\r\n\r\n", "no HTTP status line: \"HTTP/1.1 1010 OK\""},
      {"HTTP/1.1 099 OK\r\n\r\n", "no HTTP status line: \"HTTP/1.1 099 OK\""},
      {"HTTP/1.1 -12 OK\r\n\r\n", "no HTTP status line: \"HTTP/1.1 -12 OK\""},
      {"HTTP/11 101 OK\r\n\r\n", "no HTTP status line: \"HTTP/11 101 OK\""},
      {"http/1.1 101 OK\r\n\r\n", "no HTTP status line: \"http/1.1 101 OK\""},
      {ok + "A: b\r\n c\r\n\r\n", "a line folded onto the next (obs-fold, RFC 9112 5.2): \" c\""},
      {ok + "\tA: b\r\n\r\n", "a line folded onto the next (obs-fold, RFC 9112 5.2): \"\\tA: b\""},
      {ok + "no colon\r\n\r\n", "a header without a colon: \"no colon\""},
      {ok + ": value\r\n\r\n", "a header without a name: \": value\""},
      {ok + "A : b\r\n\r\n", "white space before the colon (RFC 9112 5.1): \"A : b\""},
      {ok + "A\t: b\r\n\r\n", "white space before the colon (RFC 9112 5.1): \"A\\t: b\""},
      {ok + "A(b): c\r\n\r\n", "a header name that is not a token: \"A(b): c\""},
      {ok + "\xc3\xa4: c\r\n\r\n", "a header name that is not a token: \"ä: c\""},
      {ok + std::string("A: b\0c\r\n\r\n", 10), "a NUL byte in a line: \"A: b\\x00c\""},
      {ok + std::string("A\0: b\r\n\r\n", 9), "a NUL byte in a line: \"A\\x00: b\""},
      {std::string("HTTP/1.1 101 O\0K\r\n\r\n", 20),
       "a NUL byte in a line: \"HTTP/1.1 101 O\\x00K\""},
      {ok + "A: b\rC: d\r\n\r\n", "a CR inside a line: \"A: b\\rC: d\""},
      {ok + "A: b\r\r\n\r\n", "a CR inside a line: \"A: b\\r\""},
      {ok + "\r\r\n\r\n", "a CR inside a line: \"\\r\""},
      {ok + "\r\nrest", "bytes after its empty line: \"rest\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.raw);
    const auto head = parse_response_head(row.raw);
    REQUIRE_FALSE(head);
    CHECK(head.error().stage == Stage::kHandshake);
    CHECK(head.error().message == prefix + row.message);
  }
}

TEST_CASE("a message about a long line is short") {
  const auto head =
      parse_response_head("HTTP/1.1 200 OK\r\n" + std::string(60000, 'x') + "\r\n\r\n");
  REQUIRE_FALSE(head);
  CHECK(head.error().message.size() < 200);
}
