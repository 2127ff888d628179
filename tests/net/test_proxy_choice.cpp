#include <doctest/doctest.h>

#include <map>
#include <string>

#include "net/proxy_choice.h"

using namespace wscope;
using namespace wscope::net;

namespace {

using Variables = std::map<std::string, std::string>;

std::string chosen(const std::string& url, const Variables& variables,
                   const NetworkOptions& network = {}) {
  const auto proxy = choose_proxy(*parse_url(url), network, [&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
  if (!proxy) return "error: " + proxy.error().message;
  return *proxy ? (*proxy)->shown() : "none";
}

}  // namespace

TEST_CASE("proxy choice: the variables, in their order and case") {
  CHECK(chosen("ws://h", {}) == "none");
  const Variables all = {{"wss_proxy", "a:1"},   {"WSS_PROXY", "b:1"},  {"https_proxy", "c:1"},
                         {"HTTPS_PROXY", "d:1"}, {"ws_proxy", "e:1"},   {"WS_PROXY", "f:1"},
                         {"http_proxy", "g:1"},  {"HTTP_PROXY", "x:1"}, {"all_proxy", "i:1"},
                         {"ALL_PROXY", "j:1"}};
  const auto order = [&](const std::string& url) {
    std::string seen;
    Variables left = all;
    for (;;) {
      const std::string proxy = chosen(url, left);
      if (proxy == "none") return seen;
      seen += proxy.substr(7, 1);
      for (auto it = left.begin(); it != left.end(); ++it) {
        if ("http://" + it->second == proxy) {
          left.erase(it);
          break;
        }
      }
    }
  };
  CHECK(order("wss://h") == "abcdij");
  CHECK(order("ws://h") == "efgij");  // never HTTP_PROXY
  CHECK(chosen("wss://h", {{"http_proxy", "g:1"}}) == "none");
  CHECK(chosen("ws://h", {{"https_proxy", "g:1"}}) == "none");
  CHECK(chosen("ws://h", {{"http_proxy", ""}, {"all_proxy", "i:1"}}) == "http://i:1");
}

TEST_CASE("proxy choice: the option goes before the environment, empty turns it off") {
  NetworkOptions network;
  network.proxy = "socks5h://o:9";
  CHECK(chosen("ws://h", {{"http_proxy", "g:1"}}, network) == "socks5h://o:9");
  network.proxy = "";
  CHECK(chosen("ws://h", {{"http_proxy", "g:1"}}, network) == "none");
  network.proxy = "p:1";
  CHECK(chosen("ws+unix:/s:/", {}, network) == "none");
  network.unix_socket = "/s";
  CHECK(chosen("ws://h", {}, network) == "none");
}

TEST_CASE("proxy choice: exceptions") {
  const Variables proxy = {{"http_proxy", "g:1"}};
  const auto with = [&](const char* name, const char* list) {
    Variables variables = proxy;
    variables[name] = list;
    return chosen("ws://a.example", variables);
  };
  CHECK(with("no_proxy", "a.example") == "none");
  CHECK(with("NO_PROXY", "a.example") == "none");
  CHECK(with("no_proxy", "b.example") == "http://g:1");
  NetworkOptions network;
  network.no_proxy = "a.example";
  CHECK(chosen("ws://a.example", proxy, network) == "none");
  network.no_proxy = "";  // does without the variable's
  CHECK(chosen("ws://a.example", {{"http_proxy", "g:1"}, {"no_proxy", "*"}}, network) ==
        "http://g:1");
  network.proxy = "o:2";  // as in curl the exceptions count for the option, too
  network.no_proxy.reset();
  CHECK(chosen("ws://a.example", {{"no_proxy", "a.example"}}, network) == "none");
}

TEST_CASE("proxy choice: curl's rules for a list of exceptions") {
  struct Row {
    const char* url;
    const char* list;
    bool excepted;
  };
  const Row rows[] = {
      {"ws://h", "", false},
      {"ws://h", "*", true},
      {"ws://h", "x, *", true},
      {"ws://example.com", "example.com", true},
      {"ws://EXAMPLE.com", "Example.COM", true},
      {"ws://www.example.com", "example.com", true},
      {"ws://www.example.com", ".example.com", true},
      {"ws://example.com", ".example.com", true},
      {"ws://www.example.com", "*.example.com", true},
      {"ws://nonexample.com", "example.com", false},
      {"ws://example.com", "www.example.com", false},
      {"ws://example.com.", "example.com", true},
      {"ws://example.com", "example.com.", true},
      {"ws://example.com", "a.com,example.com,b.com", true},
      {"ws://example.com", "a.com example.com\tb.com", true},
      {"ws://example.com", " , ,example.com", true},
      {"ws://example.com", "example.co", false},
      {"ws://example.com", ".", false},
      {"ws://example.com:81", "example.com:81", true},
      {"ws://example.com", "example.com:81", false},
      {"ws://example.com", "example.com:80", true},
      {"wss://example.com", "example.com:443", true},
      {"ws://127.0.0.1", "127.0.0.1", true},
      {"ws://127.0.0.1", "127.0.0.2", false},
      {"ws://127.0.0.1:9", "127.0.0.1:9", true},
      {"ws://127.0.0.1:9", "127.0.0.1:8", false},
      {"ws://10.1.2.3", "10.0.0.0/8", true},
      {"ws://11.1.2.3", "10.0.0.0/8", false},
      {"ws://192.168.5.7", "192.168.4.0/23", true},
      {"ws://192.168.6.7", "192.168.4.0/23", false},
      {"ws://1.2.3.4", "0.0.0.0/0", true},
      {"ws://1.2.3.4", "1.2.3.4/32", true},
      {"ws://1.2.3.4", "1.2.3.4/33", false},
      {"ws://1.2.3.4", "1.2.3.4/", false},
      {"ws://1.2.3.4", "1.2.3.4/x", false},
      {"ws://1.2.3.4", "2.3.4", false},
      {"ws://1.2.3.4", "3.4", false},
      {"ws://[::1]", "::1", true},
      {"ws://[::1]", "[::1]", true},
      {"ws://[::1]:8", "[::1]:8", true},
      {"ws://[::1]:9", "[::1]:8", false},
      {"ws://[2001:db8::1]", "2001:db8::/32", true},
      {"ws://[2001:db9::1]", "2001:db8::/32", false},
      {"ws://[2001:db8:8000::]", "2001:db8::/33", false},
      {"ws://[::1]", "127.0.0.0/8", false},
      {"ws://localhost", "localhost", true},
      {"ws://localhost", "127.0.0.1", false},
      {"ws://x", "[", false},
      {"ws://x", ":", false},
      {"ws://b\xc3\xbc"
       "cher.example",
       "b\xc3\xbc"
       "cher.example",
       true},
      {"ws://b\xc3\xbc"
       "cher.example",
       "xn--bcher-kva.example", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    CAPTURE(row.list);
    CHECK(is_excepted(*parse_url(row.url), row.list) == row.excepted);
  }
}

TEST_CASE(
    "proxy choice: --noproxy with what can't be a block is refused, the variable's is passed "
    "over") {
  const auto none = [](const char*) -> const char* { return nullptr; };
  NetworkOptions network;
  network.proxy = "p";
  for (const char* bad : {"a,10.0.0.0/abc", "127.0.0.0/33", "::1/129 b", "x/8"}) {
    CAPTURE(bad);
    network.no_proxy = bad;
    const auto chosen = choose_proxy(*parse_url("ws://h"), network, none);
    REQUIRE_FALSE(chosen);
    CHECK(chosen.error().stage == Stage::kUsage);
    CHECK(chosen.error().message.find("--noproxy: \"") == 0);
  }
  network.no_proxy = "10.0.0.0/8 ::1/128,*.x";
  CHECK(choose_proxy(*parse_url("ws://h"), network, none));
  network.no_proxy.reset();
  const auto variable = [](const char* name) {
    return std::string(name) == "no_proxy" ? "10.0.0.0/abc,h" : nullptr;
  };
  CHECK_FALSE(*choose_proxy(*parse_url("ws://h"), network, variable));
}

TEST_CASE("proxy choice: the forms of a proxy") {
  struct Row {
    const char* text;
    const char* shown;
  };
  const Row rows[] = {
      {"p", "http://p:1080"},
      {"p:3128", "http://p:3128"},
      {"http://p:3128/", "http://p:3128"},
      {"HTTP://P", "http://p:1080"},
      {"https://p", "https://p:443"},
      {"socks4://p", "socks4://p:1080"},
      {"socks://p", "socks4://p:1080"},
      {"socks4a://p", "socks4a://p:1080"},
      {"socks5://p:1", "socks5://p:1"},
      {"socks5h://[::1]:1", "socks5h://[::1]:1"},
      {"http://u:p@h:1", "http://h:1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto proxy = parse_proxy(row.text, "--proxy");
    REQUIRE(proxy);
    CHECK(proxy->shown() == row.shown);
  }
  const auto proxy = parse_proxy("http://al%40ice:s%3acret@h:1", "--proxy");
  CHECK(proxy->user == "al@ice");
  CHECK(proxy->password == "s:cret");
  for (const char* bad :
       {"", "http://", "ftp://u:secret@h", "u:secret@", "h:0", "h:secret", "u:secret@h:99999",
        "u:secret%@h", "1:2:secret", "[secret", "u:secret@a b"}) {
    CAPTURE(bad);
    const auto refused = parse_proxy(bad, "https_proxy");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().stage == Stage::kUsage);
    CHECK(refused.error().message.find("bad proxy in https_proxy: ") == 0);
    CHECK((refused.error().message + refused.error().hint).find("secret") == std::string::npos);
  }
}
