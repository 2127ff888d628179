#include <doctest/doctest.h>
#include <sys/un.h>

#include "net/address_plan.h"
#include "net/host_name.h"

using namespace wscope;
using namespace wscope::net;

namespace {

std::vector<SocketAddress> addresses(std::initializer_list<const char*> texts) {
  std::vector<SocketAddress> out;
  for (const char* text : texts) out.push_back(*SocketAddress::literal(text, 1));
  return out;
}

std::string shown(const std::vector<SocketAddress>& list) {
  std::string out;
  for (const auto& address : list) out += address.host_text() + " ";
  return out;
}

}  // namespace

TEST_CASE("address plan: families alternate, beginning with the first (RFC 8305 4)") {
  CHECK(shown(interleave({})).empty());
  CHECK(shown(interleave(addresses({"::1", "::2", "1.1.1.1", "1.1.1.2", "1.1.1.3"}))) ==
        "::1 1.1.1.1 ::2 1.1.1.2 1.1.1.3 ");
  CHECK(shown(interleave(addresses({"1.1.1.1", "1.1.1.2", "::1"}))) == "1.1.1.1 ::1 1.1.1.2 ");
  CHECK(shown(interleave(addresses({"::1", "::2", "::3"}))) == "::1 ::2 ::3 ");
}

TEST_CASE("address plan: --resolve by name, port, star and the last match") {
  const auto known = [](const char* url, std::vector<std::string> options) {
    NetworkOptions network;
    network.resolve = std::move(options);
    const auto to = plan_destination(*parse_url(url), network);
    return shown(*known_addresses(*to, network));
  };
  CHECK(known("ws://h", {}).empty());
  CHECK(known("ws://h", {"h:80:1.2.3.4"}) == "1.2.3.4 ");
  CHECK(known("ws://H", {"h:80:1.2.3.4"}) == "1.2.3.4 ");
  CHECK(known("ws://h", {"h:81:1.2.3.4"}).empty());
  CHECK(known("ws://h", {"x:80:1.2.3.4"}).empty());
  CHECK(known("ws://h", {"*:80:1.2.3.4"}) == "1.2.3.4 ");
  CHECK(known("ws://h", {"h:80:1.2.3.4", "h:80:[::1],5.6.7.8"}) == "::1 5.6.7.8 ");
  CHECK(known("ws://h", {"h:80:::1"}) == "::1 ");
  CHECK(known("ws://127.0.0.1", {"127.0.0.1:80:1.2.3.4"}) == "1.2.3.4 ");
  CHECK(known("ws://[::1]", {"[::1]:80:1.2.3.4"}) == "1.2.3.4 ");
  CHECK(known("ws://b\xc3\xbc"
              "cher.example",
              {"b\xc3\xbc"
               "cher.example:80:1.2.3.4"}) == "1.2.3.4 ");
}

TEST_CASE("address plan: an unknown zone is a usage error, a known one stays") {
  const NetworkOptions network;
  const auto dial = [&](const char* url) {
    return known_addresses(*plan_destination(*parse_url(url), network), network);
  };
  const auto unknown = dial("ws://[fe80::1%nosuch0]");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().stage == Stage::kUsage);
  CHECK(unknown.error().message == "the zone of fe80::1%nosuch0 is no network interface here");
  CHECK(dial("ws://[fe80::1%lo]:5")->front().text() == "[fe80::1%lo]:5");
}

TEST_CASE("address plan: a final dot makes no other host") {
  for (const char* dot_of_url : {"", "."}) {
    for (const char* dot_of_option : {"", "."}) {
      const auto url = *parse_url("ws://x.test" + std::string(dot_of_url) + ":81/");
      const std::string name = "X.test" + std::string(dot_of_option);
      wscope::NetworkOptions resolve;
      resolve.resolve = {name + ":81:127.0.0.7"};
      CHECK(known_addresses(*plan_destination(url, resolve), resolve)->size() == 1);
      wscope::NetworkOptions connect;
      connect.connect_to = {name + ":81:other.test:82"};
      CHECK(plan_destination(url, connect)->host == "other.test");
    }
  }
  wscope::NetworkOptions other;
  other.resolve = {"x.tes.:81:127.0.0.7"};
  CHECK(known_addresses(*plan_destination(*parse_url("ws://x.test.:81/"), other), other)->empty());
}

TEST_CASE("socket address: texts") {
  CHECK(SocketAddress::literal("127.0.0.1", 80)->text() == "127.0.0.1:80");
  CHECK(SocketAddress::literal("::1", 80)->text() == "[::1]:80");
  CHECK_FALSE(SocketAddress::literal("localhost", 80));
  CHECK(SocketAddress::unix_path("/a b\n")->text() == "unix:/a b\\n");
  CHECK(SocketAddress::unix_path("@x")->text() == "unix:@x");
  CHECK(SocketAddress::unix_path("@x")->size() == offsetof(sockaddr_un, sun_path) + 2);
  CHECK_FALSE(SocketAddress::unix_path(""));
  CHECK_FALSE(SocketAddress::unix_path(std::string(108, 'a')));
  CHECK(SocketAddress().text() == ":0");
}

TEST_CASE("error words: lower case") { CHECK(host_and_port("::1", 80) == "[::1]:80"); }
