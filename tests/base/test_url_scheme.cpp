#include <doctest/doctest.h>

#include "base/url_scheme.h"

using wscope::scheme_length;

TEST_CASE("the scheme of a URL as it was typed (RFC 3986 3.1)") {
  CHECK(scheme_length("ws://host") == 2);
  CHECK(scheme_length("WSS+unix:/path") == 8);
  CHECK(scheme_length("host:80") == 4);  // who asks tells it from a host by what follows
  CHECK(scheme_length("a.b-c+1:") == 7);
  for (const char* none : {"", ":", "://h", "host", "host/a:b", "8765:1", "1ws://h", "w s://h",
                           "w\xc3\xa9://h", "[::1]:80"}) {
    CAPTURE(none);
    CHECK(scheme_length(none) == 0);
  }
}
