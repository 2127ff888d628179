#include <doctest/doctest.h>

#include "base/mask_credentials.h"

using wscope::carries_credentials;
using wscope::mask_credentials;
using wscope::mask_for_keeping;
using wscope::masked_value;

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
  CHECK(mask_credentials("HTTP/1.1 101 OK\r\nSet-Cookie: id=1; Path=/\r\nset-cookie:b=2\r\n\r\n") ==
        "HTTP/1.1 101 OK\r\nSet-Cookie: id=…; Path=/\r\nset-cookie: b=…\r\n\r\n");
  CHECK(mask_credentials("HTTP/1.1 302 F\r\nLOCATION:  http://u:p@h:1/c?x@y \r\n\r\n") ==
        "HTTP/1.1 302 F\r\nLOCATION: http://…@h:1/c?x@y\r\n\r\n");
  CHECK(mask_credentials("HTTP/1.1 302 F\r\nLocation:  /c \r\n\r\n") ==
        "HTTP/1.1 302 F\r\nLocation:  /c \r\n\r\n");
  CHECK(mask_credentials("X-Api-Key: k\r\n\r\n") == "X-Api-Key: k\r\n\r\n");
  CHECK(mask_for_keeping(
            "x-api-key: k\r\nCookie: a\r\nSet-Cookie: b=c; Path=/\r\nX-Key: d\r\n\r\n") ==
        "x-api-key: …\r\nCookie: …\r\nSet-Cookie: b=…; Path=/\r\nX-Key: d\r\n\r\n");
}

TEST_CASE("of a cookie name and attributes stay, of one without a name nothing") {
  CHECK(masked_value("Set-Cookie", "sid=a=b; HttpOnly") == "sid=…; HttpOnly");
  CHECK(masked_value("set-cookie", "sid=") == "sid=…");
  CHECK(masked_value("Set-Cookie", "secret") == "…");
  CHECK(masked_value("Set-Cookie", "secret; Path=/") == "…");
  CHECK(masked_value("Set-Cookie", "=secret") == "…");
  CHECK(masked_value("Set-Cookie", "sec;ret=1") == "…");
  CHECK(masked_value("Set-Cookie", "").empty());
}

TEST_CASE("of a Location user and password are taken out") {
  CHECK(masked_value("Location", "wss://u:p@h/x") == "wss://…@h/x");
  CHECK(masked_value("Location", "//u:p/q@h/x") == "//…@h/x");
  CHECK(masked_value("location", "http:u:p@h") == "…@h");
  for (const char* plain : {"/c@d", "?u=a@b", "http://h/@x", "", "x/y@z"}) {
    CHECK(masked_value("Location", plain) == plain);
  }
  CHECK(masked_value("Content-Location", "http://u:p@h/") == "http://u:p@h/");
}

TEST_CASE("a name is secret in any case, and only as a whole") {
  for (const char* secret : {"Authorization", "proxy-authorization", "COOKIE", "Set-Cookie",
                             "x-api-key", "Api-Key", "X-Auth-Token"}) {
    CAPTURE(secret);
    CHECK(carries_credentials(secret));
  }
  for (const char* plain : {"", "Cookie2", "X-Cookie", "WWW-Authenticate", "Key"}) {
    CAPTURE(plain);
    CHECK_FALSE(carries_credentials(plain));
  }
}

TEST_CASE("continuation lines of a secret are secret too (RFC 9112 5.2)") {
  CHECK(mask_credentials("Cookie: a\r\n b\r\n\tc\r\nX: y\r\n z\r\n\r\n") ==
        "Cookie: …\r\n …\r\n\t…\r\nX: y\r\n z\r\n\r\n");
  CHECK(mask_credentials("Set-Cookie: a=b\r\n c=d; x\r\nX: y\r\n\r\n") ==
        "Set-Cookie: a=…\r\n …\r\nX: y\r\n\r\n");
  CHECK(mask_credentials("Location:\r\n http://u:p@h/\r\n\r\n") ==
        "Location:\r\n http://…@h/\r\n\r\n");
}

TEST_CASE("odd heads: bare line feeds, no end, empty values, nothing") {
  CHECK(mask_credentials("Cookie: a\nX: y") == "Cookie: …\nX: y");
  CHECK(mask_credentials("Cookie: a") == "Cookie: …");
  CHECK(mask_credentials("Cookie:\r\nAuthorization: \r\n") == "Cookie:\r\nAuthorization: \r\n");
  CHECK(mask_credentials("") == "");
  CHECK(mask_credentials("\r\n") == "\r\n");
}
