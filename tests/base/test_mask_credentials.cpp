#include <doctest/doctest.h>

#include "base/mask_credentials.h"

using namespace wscope;

TEST_CASE("credentials are masked, everything else stays as on the wire") {
  CHECK(mask_credentials("GET /?Authorization:x HTTP/1.1\r\n"
                         "Host: h\r\n"
                         "AUTHORIZATION: Basic c2VjcmV0\r\n"
                         "Proxy-Authorization:Basic c2VjcmV0\r\n"
                         "cookie:  a=b\r\n"
                         "X-Cookie: kept\r\n"
                         "\r\n") ==
        "GET /?Authorization:x HTTP/1.1\r\n"
        "Host: h\r\n"
        "AUTHORIZATION: …\r\n"
        "Proxy-Authorization: …\r\n"
        "cookie: …\r\n"
        "X-Cookie: kept\r\n"
        "\r\n");
  // As a server may receive them: folded, with a bare LF, cut off.
  CHECK(mask_credentials("Cookie : a\n  secret\nB: c\n\n") == "Cookie : …\n …\nB: c\n\n");
  CHECK(mask_credentials("Cookie: sec") == "Cookie: …");
  CHECK(mask_credentials("") == "");
}
