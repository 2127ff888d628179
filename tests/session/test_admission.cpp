#include <doctest/doctest.h>

#include <string>

#include "session/admission.h"

using wscope::Options;
using wscope::session::refuse_client;
using wscope::ws::ServerReply;
using wscope::ws::ServerRequest;

namespace {

ServerRequest request(const std::string& head, bool upgrade = true) {
  ServerRequest parsed;
  parsed.method = "GET";
  parsed.target = "/chat?x=1";
  parsed.head = head;
  parsed.is_upgrade = upgrade;
  return parsed;
}

std::string header(const ServerReply& reply, const std::string& name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("without conditions every upgrade is let in") {
  CHECK_FALSE(refuse_client(Options{}, request("GET /chat?x=1 HTTP/1.1\r\n\r\n"), 5).has_value());
}

TEST_CASE("--path is compared without the query") {
  Options options;
  options.listen.path = "/chat";
  CHECK_FALSE(refuse_client(options, request(""), 0).has_value());
  options.listen.path = "/cha";
  REQUIRE(refuse_client(options, request(""), 0).has_value());
  CHECK(refuse_client(options, request(""), 0)->status == 404);
}

TEST_CASE("--auth and --bearer: 401 with a challenge, exact credentials only") {
  Options options;
  options.handshake.auth = "user:pass";
  const auto status = [&](const std::string& value) {
    const auto reply = refuse_client(
        options, request("GET / HTTP/1.1\r\nauthorization: " + value + "\r\n\r\n"), 0);
    return reply ? reply->status : 101;
  };
  CHECK(status("Basic dXNlcjpwYXNz") == 101);
  CHECK(status("Basic dXNlcjpwYXNzdXNlcjpwYXNz") == 401);
  CHECK(status("Basic dXNlcjpwYXN") == 401);
  CHECK(status("") == 401);
  CHECK(status("Bearer token") == 401);
  for (const char* scheme : {"basic ", "BASIC  "})
    CHECK(status(scheme + std::string("dXNlcjpwYXNz")) == 101);
  CHECK(status("BasicdXNlcjpwYXNz") == 401);
  const auto refused = refuse_client(options, request(""), 0);
  CHECK(header(*refused, "WWW-Authenticate") == "Basic realm=\"wscope\"");

  options.handshake.bearer = "token";
  CHECK(status("Bearer token") == 101);
  CHECK(status("Bearer tokentoken") == 401);
  options.handshake.auth.reset();
  CHECK(status("Basic dXNlcjpwYXNz") == 401);
  CHECK(header(*refuse_client(options, request(""), 0), "WWW-Authenticate") ==
        "Bearer realm=\"wscope\"");
}

TEST_CASE("--allow-origin: others, also those without an origin, get 403") {
  Options options;
  options.listen.allow_origin = {"https://a.example", "https://b.example"};
  const auto status = [&](const std::string& line) {
    const auto reply = refuse_client(options, request("GET / HTTP/1.1\r\n" + line + "\r\n"), 0);
    return reply ? reply->status : 101;
  };
  CHECK(status("Origin: https://b.example\r\n") == 101);
  CHECK(status("Origin: https://c.example\r\n") == 403);
  CHECK(status("") == 403);
}

TEST_CASE("--max-clients: the next one gets 503 and when to come again") {
  Options options;
  options.listen.max_clients = 2;
  CHECK_FALSE(refuse_client(options, request(""), 1).has_value());
  const auto refused = refuse_client(options, request(""), 2);
  REQUIRE(refused.has_value());
  CHECK(refused->status == 503);
  CHECK(header(*refused, "Retry-After") == "5");
}

TEST_CASE("a browser gets the page, another method 426") {
  const auto page = refuse_client(Options{}, request("", false), 0);
  REQUIRE(page.has_value());
  CHECK(page->status == 200);
  CHECK(page->body.find("new WebSocket") != std::string::npos);
  auto head = request("", false);
  head.method = "HEAD";
  CHECK(refuse_client(Options{}, head, 0)->status == 200);
  auto post = request("", false);
  post.method = "POST";
  const auto other = refuse_client(Options{}, post, 0);
  REQUIRE(other.has_value());
  CHECK(other->status == 426);
  CHECK(header(*other, "Upgrade") == "websocket");
}
