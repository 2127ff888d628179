#include <doctest/doctest.h>

#include "base/user_info.h"

using wscope::find_user_info;
using wscope::without_user_info;

TEST_CASE("user info: what is up to the last '@' of an authority is not shown") {
  CHECK(without_user_info("ws://u:p@h/x") == "ws://h/x");
  CHECK(without_user_info("u:p@h:80?q") == "h:80?q");
  CHECK(without_user_info("wss://u@h") == "wss://h");
  CHECK(without_user_info("ws://a:b@c@h/") == "ws://h/");
  CHECK(without_user_info("ws://u:p@[::1]:80/x@y") == "ws://[::1]:80/x@y");
  CHECK(without_user_info("ws://u:p@") == "ws://");
  const auto info = find_user_info("ws://u:p@h/x");
  CHECK(info.begin == 5);
  CHECK(info.end == 9);
}

TEST_CASE("user info: a password may hold what should have been encoded") {
  for (const char* text :
       {"ws://u:pa/ss@h", "ws://u:pa?ss@h", "ws://u:pa#ss@h", "ws://u:12#ss@h", "ws://u:1:2/ss@h",
        "ws://u:99999/ss@h", "ws://u:123456/ss@h", "ws://u:p@1:x/ss@h", "ws://u v:1/ss@h",
        "ws://[u:1/ss@h", "ws://u:pa//ss@h", "ws://u:p@a!/ss@h"}) {
    CAPTURE(text);
    CHECK(without_user_info(text) == "ws://h");
  }
  CHECK(without_user_info("u:pa/ss@h/x") == "h/x");
  CHECK(without_user_info("u:pa//ss@h") == "h");
}

TEST_CASE("user info: not every '@' is one of a password") {
  for (const char* text : {"ws://h/x@y",
                           "ws://h:80/x@y",
                           "ws://h:/x@y",
                           "h/x@y",
                           "h:80/@me",
                           "/x@y",
                           ":80/x@y",
                           "ws://h?mail=a@b",
                           "ws://[fe80::1%eth0]/x@y",
                           "ws://[::1]:80/x@y",
                           "ws://b\xc3\xbc"
                           "cher.example/x@y",
                           "ws://h/?u=http://x@y:z",
                           "ws://h",
                           "",
                           "@",
                           "//",
                           "ws+unix:@name:/x@y",
                           "WSS+UNIX:/a@b:/x",
                           "unix:@name",
                           "unix:/a@b"}) {
    CAPTURE(text);
    CHECK(without_user_info(text) == (text == std::string("@") ? "" : text));
  }
}

TEST_CASE("user info: also where the scheme is mistyped") {
  CHECK(without_user_info("wss:/u:p@h") == "wss:/h");
  CHECK(without_user_info("ws:///u:p@h/x") == "ws:///h/x");
  CHECK(without_user_info("//u:p@h") == "//h");
  CHECK(without_user_info("ws:u:p@h") == "h");
  CHECK(without_user_info("unix:p@h") == "h");
}
