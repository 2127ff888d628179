#include <doctest/doctest.h>

#include "session/redirect.h"

using namespace wscope;
using namespace wscope::session;

namespace {

net::Url url(const std::string& text) { return net::parse_url(text).value(); }

std::string target(const std::string& from, const std::string& location) {
  const auto to = redirect_target(url(from), location);
  return to ? to->display() : "error: " + to.error().message;
}

}  // namespace

TEST_CASE("the references of RFC 3986 5.4 that an HTTP server can mean") {
  const std::string base = "ws://a/b/c/d;p?q";
  const std::pair<const char*, const char*> cases[] = {
      {"g", "ws://a/b/c/g"},
      {"./g", "ws://a/b/c/g"},
      {"g/", "ws://a/b/c/g/"},
      {"/g", "ws://a/g"},
      {"//g", "ws://g/"},
      {"?y", "ws://a/b/c/d;p?y"},
      {"g?y", "ws://a/b/c/g?y"},
      {"#s", "ws://a/b/c/d;p?q"},
      {"g#s", "ws://a/b/c/g"},
      {";x", "ws://a/b/c/;x"},
      {"", "ws://a/b/c/d;p?q"},
      {".", "ws://a/b/c/"},
      {"..", "ws://a/b/"},
      {"../g", "ws://a/b/g"},
      {"../..", "ws://a/"},
      {"../../g", "ws://a/g"},
      {"../../../g", "ws://a/g"},
      {"/./g", "ws://a/g"},
      {"/../g", "ws://a/g"},
      {"g.", "ws://a/b/c/g."},
      {"..g", "ws://a/b/c/..g"},
      {"./g/.", "ws://a/b/c/g/"},
      {"g/../h", "ws://a/b/c/h"},
      {"g?y/../x", "ws://a/b/c/g?y/../x"},
      {"http://g/x/../y", "ws://g/y"},
      {"g;x=1/./y", "ws://a/b/c/g;x=1/y"},
  };
  for (const auto& [location, expected] : cases) {
    CAPTURE(location);
    CHECK(target(base, location) == expected);
  }
}

TEST_CASE("http becomes ws and https wss; a host keeps the scheme it came by") {
  CHECK(target("ws://a/", "https://b:8443/x") == "wss://b:8443/x");
  CHECK(target("wss://a/", "http://b/") == "ws://b/");
  CHECK(target("wss://a/", "//b/x") == "wss://b/x");
  CHECK(target("wss://a:444/x", "HTTPS://A:444/y") == "wss://a:444/y");
}

TEST_CASE("what can't stand on a request line is encoded") {
  CHECK(target("ws://a/", "/sp ace/\xc3\xbc") == "ws://a/sp%20ace/%C3%BC");
}

TEST_CASE("a relative step stays on the Unix socket, and keeps the credentials") {
  const auto to = redirect_target(url("ws+unix:/run/x.sock:/a/b"), "c?d");
  REQUIRE(to);
  CHECK(to->display() == "ws+unix:/run/x.sock:/a/c?d");
  CHECK(redirect_target(url("ws://u:p@h/a"), "/b")->user == "u");
  // What a server builds from the Host that we send to a socket names the socket.
  const auto target_of = [](const std::string& location) {
    return target("ws+unix:/run/x.sock:/a", location);
  };
  CHECK(target_of("http://localhost/b") == "ws+unix:/run/x.sock:/b");
  CHECK(target_of("//localhost/b") == "ws+unix:/run/x.sock:/b");
  CHECK(target_of("http://localhost:81/b") == "ws://localhost:81/b");
  CHECK(target_of("http://other/b") == "ws://other/b");
  CHECK(target_of("wss://localhost/b") == "wss://localhost/b");
  CHECK(!redirect_target(url("ws://u:p@h/a"), "ws://h/b")->user);
}

TEST_CASE("an address nobody can go to is an error that quotes it, unless it may hold a password") {
  CHECK(target("ws://a/", "ftp://b/") ==
        "error: the server redirects to \"ftp://b/\": unknown scheme \"ftp\" in the URL");
  CHECK(target("ws://a/", "mailto:x") ==
        "error: the server redirects to \"mailto:x\": it is no ws, wss, http or https URL");
  CHECK(target("ws://a/", "ws+unix:/run/docker.sock:/") ==
        "error: the server redirects to \"ws+unix:/run/docker.sock:/\": it is no ws, wss, http or "
        "https URL");
  CHECK(target("ws://a/", "http://u:secret@h:99999/").find("secret") == std::string::npos);
}

TEST_CASE("origins") {
  CHECK(same_origin(url("ws://a/x"), url("ws://A:80/y")));
  CHECK(!same_origin(url("ws://a/"), url("wss://a/")));
  CHECK(!same_origin(url("ws://a/"), url("ws://a:81/")));
  CHECK(!same_origin(url("ws://a/"), url("ws://b/")));
  CHECK(same_origin(url("ws+unix:/s:/a"), url("ws+unix:/s:/b")));
  CHECK(!same_origin(url("ws+unix:/s:/a"), url("ws://localhost/")));
  CHECK(origin_in_words(url("wss://a:444/x?y")) == "wss://a:444");
  CHECK(origin_in_words(url("ws+unix:/s:/x")) == "ws+unix:/s");
}

TEST_CASE("a chain ends where it goes round, or at its limit") {
  RedirectChain chain(2);
  chain.begin(url("ws://a/"), "");
  CHECK(chain.empty());
  CHECK(chain.add(302, url("ws://b/"), ""));
  CHECK(!chain.empty());
  SUBCASE("a loop") {
    const auto added = chain.add(307, url("ws://a/"), "");
    REQUIRE(!added);
    CHECK(added.error().message == "the server's redirects go round in a loop: back to ws://a/");
    CHECK(chain.in_words() == "redirected: ws://a/ -> 302 ws://b/ -> 307 ws://a/");
  }
  SUBCASE("addresses are shown in part where they are endless") {
    const std::string longest = "ws://a/" + std::string(60000, 'x');
    CHECK(chain.add(302, url(longest), ""));
    CHECK(chain.in_words().size() < 400);
    const auto added = chain.add(302, url(longest), "");
    REQUIRE(!added);
    CHECK(added.error().message.size() < 400);
  }
  SUBCASE("back again with a cookie is no loop") { CHECK(chain.add(307, url("ws://a/"), "s=1")); }
  SUBCASE("the limit") {
    CHECK(chain.add(302, url("ws://c/"), ""));
    const auto added = chain.add(302, url("ws://d/"), "");
    REQUIRE(!added);
    CHECK(added.error().message == "more than 2 redirects");
    CHECK(added.error().hint == "--max-redirects N allows more");
  }
}
