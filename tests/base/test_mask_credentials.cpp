#include <doctest/doctest.h>

#include "base/mask_credentials.h"

using wscope::mask_credentials;

TEST_CASE("credentials are taken out, everything else stays byte for byte") {
  CHECK(mask_credentials("GET /a:b HTTP/1.1\r\n"
                         "Host: h\r\n"
                         "Authorization: Basic Zm9v\r\n"
                         "PROXY-authorization:secret\r\n"
                         "cookie :  a=1; b=2 \r\n"
                         "X-Cookie: kept\r\n"
                         "\r\n") ==
        "GET /a:b HTTP/1.1\r\n"
        "Host: h\r\n"
        "Authorization: …\r\n"
        "PROXY-authorization: …\r\n"
        "cookie : …\r\n"
        "X-Cookie: kept\r\n"
        "\r\n");
}

TEST_CASE("continuation lines of a secret are secret too (RFC 9112 5.2)") {
  CHECK(mask_credentials("Cookie: a\r\n b\r\n\tc\r\nX: y\r\n z\r\n\r\n") ==
        "Cookie: …\r\n …\r\n\t…\r\nX: y\r\n z\r\n\r\n");
}

TEST_CASE("odd heads: bare line feeds, no end, empty values, nothing") {
  CHECK(mask_credentials("Cookie: a\nX: y") == "Cookie: …\nX: y");
  CHECK(mask_credentials("Cookie: a") == "Cookie: …");
  CHECK(mask_credentials("Cookie:\r\nAuthorization: \r\n") == "Cookie:\r\nAuthorization: \r\n");
  CHECK(mask_credentials("") == "");
  CHECK(mask_credentials("\r\n") == "\r\n");
}
