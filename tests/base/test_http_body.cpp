#include <doctest/doctest.h>

#include "base/http_body.h"
#include "support/splits.h"

using namespace wscope;
using wscope::test::for_each_split;

namespace {

constexpr std::size_t kLimit = 1000;

/// A head, and the status that its reader found in it.
struct Head {
  int status;
  std::string text;
};

Head head_of(const std::string& status, const std::string& fields) {
  return {std::stoi(status), "HTTP/1.1 " + status + "\r\n" + fields + "\r\n"};
}

/// Calls check(const HttpBody&) with what the bytes make, fed in each of the usual splits.
template <class Check>
void for_each_body(const Head& head, std::string_view bytes, const Check& check) {
  for_each_split(bytes, [&](const std::vector<std::string_view>& pieces) {
    HttpBody body(head.status, head.text, kLimit);
    for (const std::string_view piece : pieces) body.feed(piece);
    check(body);
  });
}

}  // namespace

TEST_CASE("bodies whose framing tells the end (RFC 9112 6.3, 7.1)") {
  struct Row {
    const char* status;
    const char* fields;
    std::string bytes;
    std::string content;
  };
  const std::string thousand(kLimit, 'k');
  const Row rows[] = {
      {"403 No", "Content-Length: 5\r\n", "hello", "hello"},
      {"403 No", "Content-Length: 5\r\n", "hello, what comes after", "hello"},
      {"403 No", "content-length: 5, 5\r\nContent-Length: 5\r\n", "hello", "hello"},
      {"403 No", "Content-Length: 0\r\n", "", ""},
      {"403 No", "Content-Length: 1000\r\n", thousand, thousand},
      {"204 No", "", "ignored", ""},
      {"304 No", "Content-Length: 5\r\n", "ignored", ""},
      {"403 No", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"403 No", "Transfer-Encoding: Chunked\r\nContent-Length: 3\r\n", "5\r\nhello\r\n0\r\n\r\n",
       "hello"},
      {"403 No", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", ""},
      {"403 No", "Transfer-Encoding: gzip, chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"403 No", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
       "5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"403 No", "Transfer-Encoding: chunked\r\n",
       "5;name=value;other=\"quo;ted\"\r\nhello\r\n00000b ; x\r\n, wide\r\nwor\r\n2\nld\n0;last\r\n"
       "Trailer: one\r\nTrailer: two\r\n\r\nnot this",
       "hello, wide\r\nworld"},
      {"403 No", "Transfer-Encoding: chunked\r\n",
       "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.fields);
    CAPTURE(row.bytes);
    for_each_body(head_of(row.status, row.fields), row.bytes, [&](const HttpBody& body) {
      CHECK(body.content() == row.content);
      CHECK(body.done());
      CHECK(body.whole());
      CHECK_FALSE(body.cut());
    });
  }
}

TEST_CASE("bodies that end with the connection") {
  for (const char* fields :
       {"", "Content-Length: nonsense\r\n", "Content-Length: -1\r\n", "Content-Length: 3, 4\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n"}) {
    CAPTURE(fields);
    for_each_body(head_of("500 No", fields), "5\r\nhello", [&](const HttpBody& body) {
      CHECK(body.content() == "5\r\nhello");
      CHECK_FALSE(body.done());
      CHECK(body.ends_with_peer());
    });
  }
}

TEST_CASE("bodies that are cut short tell so") {
  for (const auto& [fields, bytes] :
       {std::pair<const char*, const char*>{"Content-Length: 6\r\n", "hello"},
        {"Transfer-Encoding: chunked\r\n", "6\r\nhello"},
        {"Transfer-Encoding: chunked\r\n", "5\r\nhello"},
        {"Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n"},
        {"Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n"},
        {"Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nA: b\r\n"}}) {
    CAPTURE(bytes);
    for_each_body(head_of("403 No", fields), bytes, [&](const HttpBody& body) {
      CHECK(body.content() == "hello");
      CHECK_FALSE(body.done());
      CHECK_FALSE(body.whole());
      CHECK_FALSE(body.ends_with_peer());
    });
  }
}

TEST_CASE("broken chunks end the body where they break") {
  for (const char* bytes :
       {"5\r\nhello\r\nxyz\r\n", "5\r\nhelloo\r\n", "5\r\nhello\r\n\r\n", "5\r\nhello\r\n-1\r\n",
        "5\r\nhello\r\n0x5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\nfffffffffffffffff\r\n"}) {
    CAPTURE(bytes);
    for_each_body(head_of("403 No", "Transfer-Encoding: chunked\r\n"), bytes,
                  [&](const HttpBody& body) {
                    CHECK(body.content() == "hello");
                    CHECK(body.done());
                    CHECK_FALSE(body.whole());
                    CHECK_FALSE(body.cut());
                  });
  }
}

TEST_CASE("an endless body is cut at the limit, however it is framed") {
  const std::string much(3 * kLimit, 'x');
  const std::pair<const char*, std::string> rows[] = {
      {"", much},
      {"Content-Length: 18446744073709551615\r\n", much},
      {"Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n" + much},
  };
  for (const auto& [fields, bytes] : rows) {
    CAPTURE(fields);
    for_each_body(head_of("403 No", fields), bytes, [&](const HttpBody& body) {
      CHECK(body.content() == std::string(kLimit, 'x'));
      CHECK(body.done());
      CHECK(body.cut());
    });
  }
}

TEST_CASE("endless chunk extensions and trailers come to an end") {
  const Head head = head_of("403 No", "Transfer-Encoding: chunked\r\n");
  HttpBody extension(head.status, head.text, kLimit);
  extension.feed("5;");
  for (int i = 0; i < 100000 && !extension.done(); ++i) extension.feed("x");
  CHECK(extension.done());
  HttpBody trailers(head.status, head.text, kLimit);
  trailers.feed("2\r\nok\r\n0\r\n");
  for (int i = 0; i < 100000 && !trailers.done(); ++i) trailers.feed("A: b\r\n");
  CHECK(trailers.done());
  CHECK(trailers.content() == "ok");
  // Chunks of one byte are no attack: all of the limit comes through.
  HttpBody tiny(head.status, head.text, 16384);
  for (int i = 0; i < 16384; ++i) tiny.feed("1\r\nx\r\n");
  tiny.feed("0\r\n\r\n");
  CHECK(tiny.whole());
  CHECK(tiny.content().size() == 16384);
}
