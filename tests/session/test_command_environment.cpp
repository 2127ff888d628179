#include <doctest/doctest.h>

#include <algorithm>

#include "session/command_environment.h"

namespace wscope::session {
namespace {

bool has(const Environment& environment, const std::string& entry) {
  return std::find(environment.begin(), environment.end(), entry) != environment.end();
}

bool names(const Environment& environment, const std::string& name) {
  return std::any_of(environment.begin(), environment.end(), [&](const std::string& entry) {
    return entry.substr(0, name.size() + 1) == name + "=";
  });
}

TEST_CASE("a client's command is told of its connection") {
  Opened opened;
  opened.url = "wss://h/x?y=1";
  opened.subprotocol = "chat";
  opened.local_address = "127.0.0.1:5";
  opened.peer_address = "[::1]:443";
  CHECK(environment_of(opened) ==
        Environment{"WSCOPE_URL=wss://h/x?y=1", "WSCOPE_SUBPROTOCOL=chat", "WSCOPE_EXTENSIONS=",
                    "WSCOPE_LOCAL_ADDRESS=127.0.0.1:5", "WSCOPE_PEER_ADDRESS=[::1]:443"});
}

TEST_CASE("a served client's command is told of the request") {
  ws::ServerRequest request;
  request.target = "/chat/a%20b?x=1&y=?z";
  request.head =
      "GET /chat/a%20b?x=1&y=?z HTTP/1.1\r\n"
      "Host: h\r\n"
      "X-Request-Id:  a b \r\n"
      "accept: one\r\nAccept: two\r\n"
      "Proxy: http://evil.example\r\n"
      "X_Request_Id: forged\r\n"
      "Na=me: no\r\n"
      ": nameless\r\n"
      "no colon\r\n"
      "Empty:\r\n\r\n";
  ServedFacts facts;
  facts.number = 7;
  facts.url = "ws://127.0.0.1:8765/chat/a%20b?x=1&y=?z";
  facts.peer_address = "127.0.0.1:50000";
  const Environment environment = environment_of(facts, request);
  for (const char* entry :
       {"WSCOPE_CLIENT=7", "WSCOPE_URL=ws://127.0.0.1:8765/chat/a%20b?x=1&y=?z",
        "WSCOPE_PATH=/chat/a%20b", "WSCOPE_QUERY=x=1&y=?z", "WSCOPE_PEER_ADDRESS=127.0.0.1:50000",
        "WSCOPE_HEADER_HOST=h", "WSCOPE_HEADER_X_REQUEST_ID=a b", "WSCOPE_HEADER_ACCEPT=one, two",
        "WSCOPE_HEADER_PROXY=http://evil.example", "WSCOPE_HEADER_EMPTY="}) {
    CAPTURE(entry);
    CHECK(has(environment, entry));
  }
  CHECK(environment.size() == 7 + 5);
  CHECK_FALSE(names(environment, "HTTP_PROXY"));
}

TEST_CASE("without a query the variable is empty, and any head is survived") {
  ws::ServerRequest request;
  request.target = "/";
  for (const char* head : {"", "\n", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n\r\n"}) {
    request.head = head;
    const Environment environment = environment_of(ServedFacts{}, request);
    CHECK(has(environment, "WSCOPE_QUERY="));
    CHECK(has(environment, "WSCOPE_PATH=/"));
  }
}

TEST_CASE("what an outer wscope told does not reach an inner command") {
  const char* inherited[] = {
      "PATH=/bin",       "WSCOPE_URL=ws://outer", "WSCOPE_HEADER_COOKIE=a", "WSCOPE_CLIENT=9",
      "WSCOPE_OWN=kept", "WSCOPE_URLS=kept",      "without a value",        nullptr};
  CHECK(joined_environment(inherited, {"WSCOPE_URL=ws://inner"}) ==
        Environment{"PATH=/bin", "WSCOPE_OWN=kept", "WSCOPE_URLS=kept", "without a value",
                    "WSCOPE_URL=ws://inner"});
  CHECK(joined_environment(nullptr, {}).empty());
}

}  // namespace
}  // namespace wscope::session
