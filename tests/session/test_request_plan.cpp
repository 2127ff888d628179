#include <doctest/doctest.h>

#include "session/request_plan.h"

using namespace wscope;
using namespace wscope::session;

namespace {

net::Url url(const std::string& text) { return net::parse_url(text).value(); }

ws::ResponseHead head(const std::string& lines) {
  return ws::parse_response_head("HTTP/1.1 " + lines + "\r\n\r\n").value();
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : "|") + line;
  return out;
}

}  // namespace

TEST_CASE("what the user gave goes to the origin of the URL only") {
  HandshakeOptions options;
  options.auth = "u:p";
  options.cookies = {"a=1"};
  options.host = "virtual.example";
  options.headers = {"X-Other: stays", "authorization : secret", "Cookie;", "HOST: x"};
  auto plan = RequestPlan::create(options, url("ws://a/"));
  REQUIRE(plan);
  auto home = plan->request_to(url("ws://a/other"), 0, "");
  REQUIRE(home);
  CHECK(home->options.auth == "u:p");
  CHECK(joined(home->options.cookies) == "a=1");
  CHECK(home->options.host == "virtual.example");
  CHECK(home->options.headers.size() == 4);
  CHECK(!plan->withholds(url("ws://a/other")));
  for (const char* elsewhere : {"wss://a/", "ws://a:81/", "ws://b/"}) {
    CAPTURE(elsewhere);
    auto away = plan->request_to(url(elsewhere), 0, "");
    REQUIRE(away);
    CHECK(!away->options.auth);
    CHECK(!away->user);
    CHECK(away->options.cookies.empty());
    CHECK(away->options.host.empty());
    CHECK(joined(away->options.headers) == "X-Other: stays");
    CHECK(plan->withholds(url(elsewhere)));
  }
}

TEST_CASE("user info of the URL, and of a Location") {
  auto plan = RequestPlan::create({}, url("ws://u:p@a/"));
  REQUIRE(plan);
  CHECK(plan->request_to(url("ws://a/x"), 0, "")->user == "u");
  CHECK(!plan->request_to(url("ws://b/"), 0, "")->user);
  CHECK(plan->request_to(url("ws://v:w@b/"), 0, "")->user == "v");
}

TEST_CASE("a cookie that a server set replaces the one that was given") {
  HandshakeOptions options;
  options.cookies = {"a=1; b=2", "c=3"};
  options.cookie_files = {".b.example\tTRUE\t/\tFALSE\t0\tf\t4\n"};
  auto plan = RequestPlan::create(options, url("ws://a/"));
  REQUIRE(plan);
  plan->take_cookies(head("302 Found\r\nSet-Cookie: b=9\r\nset-cookie: d=5; Path=/"),
                     url("ws://a/"), 0);
  CHECK(plan->cookies_for(url("ws://a/"), 0) == "a=1; c=3; b=9; d=5");
  CHECK(plan->cookies_for(url("ws://x.b.example/"), 0) == "f=4");
  options.cookie_files = {"nonsense"};
  CHECK(RequestPlan::create(options, url("ws://a/")).error().stage == Stage::kUsage);
}

TEST_CASE("a Digest challenge is answered once, and once more when stale") {
  HandshakeOptions options;
  options.auth = "u:p";
  auto plan = RequestPlan::create(options, url("ws://a/x"));
  REQUIRE(plan);
  const auto challenge = [](const std::string& more) {
    return head(
        "401 Unauthorized\r\nWWW-Authenticate: Basic realm=r\r\n"
        "WWW-Authenticate: Digest realm=r, nonce=n, qop=auth" +
        more);
  };
  CHECK(!plan->take_challenge(head("401 No\r\nWWW-Authenticate: Basic realm=r"), url("ws://a/x")));
  CHECK(!plan->take_challenge(head("403 No\r\nWWW-Authenticate: Digest nonce=n"), url("ws://a/x")));
  CHECK(!plan->take_challenge(challenge(""), url("ws://b/x")));
  REQUIRE(plan->take_challenge(challenge(""), url("ws://a/x")));
  const auto request = plan->request_to(url("ws://a/x?y"), 0, "cn");
  REQUIRE(request);
  CHECK(!request->options.auth);
  CHECK(!request->user);
  REQUIRE(request->options.headers.size() == 1);
  CHECK(request->options.headers[0].rfind("Authorization: Digest username=\"u\"", 0) == 0);
  CHECK(request->options.headers[0].find("uri=\"/x?y\"") != std::string::npos);
  CHECK(request->options.headers[0].find("cnonce=\"cn\"") != std::string::npos);
  CHECK(!plan->take_challenge(challenge(""), url("ws://a/x")));
  CHECK(plan->take_challenge(challenge(", stale=true"), url("ws://a/x")));
  CHECK(plan->request_to(url("ws://a/x"), 0, "cn")->options.headers.size() == 1);
  CHECK(!plan->take_challenge(challenge(", stale=true"), url("ws://a/x")));
}

TEST_CASE("who brings an Authorization of their own answers no challenge") {
  HandshakeOptions options;
  options.bearer = "t";
  const auto challenge = head("401 No\r\nWWW-Authenticate: Digest nonce=n");
  auto plan = RequestPlan::create(options, url("ws://u:p@a/"));
  CHECK(!plan->take_challenge(challenge, url("ws://a/")));
  options = {};
  options.headers = {"Authorization: x"};
  plan = RequestPlan::create(options, url("ws://u:p@a/"));
  CHECK(!plan->take_challenge(challenge, url("ws://a/")));
  plan = RequestPlan::create({}, url("ws://a/"));
  CHECK(!plan->take_challenge(challenge, url("ws://a/")));
}
