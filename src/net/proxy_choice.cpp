#include "net/proxy_choice.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/ascii.h"
#include "base/escape.h"
#include "net/host_name.h"

namespace wscope::net {
namespace {

struct Scheme {
  std::string_view name;
  Proxy::Kind kind;
};
// "socks" is SOCKS4 in curl.
constexpr Scheme kSchemes[] = {
    {"http", Proxy::Kind::kHttp},       {"https", Proxy::Kind::kHttps},
    {"socks4", Proxy::Kind::kSocks4},   {"socks", Proxy::Kind::kSocks4},
    {"socks4a", Proxy::Kind::kSocks4a}, {"socks5", Proxy::Kind::kSocks5},
    {"socks5h", Proxy::Kind::kSocks5h},
};

std::string_view scheme_of(Proxy::Kind kind) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.kind == kind) return scheme.name;
  }
  return "http";
}

tl::unexpected<Error> bad_proxy(const std::string& origin, const std::string& why) {
  return fail(Stage::kUsage, "bad proxy in " + origin + ": " + why,
              "[http|https|socks4|socks4a|socks5|socks5h://][USER:PASS@]HOST[:PORT]");
}

struct Bytes {
  std::array<unsigned char, 16> data{};
  std::size_t bits = 0;  // 32, 128; 0: not an address
};

Bytes address_bytes(const std::string& text) {
  Bytes out;
  if (inet_pton(AF_INET, text.c_str(), out.data.data()) == 1) out.bits = 32;
  if (inet_pton(AF_INET6, text.c_str(), out.data.data()) == 1) out.bits = 128;
  return out;
}

/// Whether the first `bits` bits are the same.
bool same_network(const Bytes& a, const Bytes& b, std::size_t bits) {
  if (std::memcmp(a.data.data(), b.data.data(), bits / 8) != 0) return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xff00u >> (bits % 8) & 0xffu;
  return ((a.data[bits / 8] ^ b.data[bits / 8]) & mask) == 0;
}

struct Block {
  Bytes address;
  std::size_t bits;  // that count
};

/// An address, or a CIDR block; nothing of other text.
std::optional<Block> parse_block(std::string_view token) {
  const auto slash = token.find('/');
  const Bytes address = address_bytes(std::string(token.substr(0, slash)));
  if (address.bits == 0) return std::nullopt;
  if (slash == std::string_view::npos) return Block{address, address.bits};
  const std::string_view digits = token.substr(slash + 1);
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  std::size_t bits = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    bits = bits * 10 + static_cast<std::size_t>(c - '0');
  }
  if (bits > address.bits) return std::nullopt;
  return Block{address, bits};
}

bool address_matches(const std::string& host, std::string_view token) {
  const auto block = parse_block(token);
  const Bytes address = address_bytes(host);
  return block && block->address.bits == address.bits &&
         same_network(block->address, address, block->bits);
}

bool name_matches(std::string_view host, std::string_view token) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (!token.empty() && token.back() == '.') token.remove_suffix(1);
  if (token.substr(0, 2) == "*.") token.remove_prefix(1);
  if (!token.empty() && token.front() == '.') token.remove_prefix(1);
  if (token.empty() || token.size() > host.size()) return false;
  const std::size_t rest = host.size() - token.size();
  return equal_ignoring_case(host.substr(rest), token) && (rest == 0 || host[rest - 1] == '.');
}

/// Takes ":8080" or "[…]:8080" off the token; false where the port isn't the URL's.
bool take_port(std::string_view& token, std::uint16_t port) {
  const bool bracket = token.front() == '[';
  if (!bracket && std::count(token.begin(), token.end(), ':') != 1) return true;  // bare IPv6
  const auto parts = split_host_port(token);
  if (!parts) return true;
  token = parts->host;
  if (bracket) token = token.substr(1, token.size() - 2);
  return !parts->port || parse_port(*parts->port) == port;
}

bool token_matches(const Url& url, std::string_view token) {
  if (token == "*") return true;
  if (!take_port(token, url.port)) return false;
  return url.is_ip_literal
             ? address_matches(url.host, token)
             : name_matches(url.host, token) ||
                   (!url.display_host.empty() && name_matches(url.display_host, token));
}

/// Calls `take` with each token of the list until it says true; whether it did.
template <class Take>
bool any_token(std::string_view list, const Take& take) {
  static constexpr std::string_view kSeparators = ", \t";
  for (std::size_t begin = list.find_first_not_of(kSeparators); begin < list.size();) {
    const std::size_t end = std::min(list.find_first_of(kSeparators, begin), list.size());
    if (take(list.substr(begin, end - begin))) return true;
    begin = list.find_first_not_of(kSeparators, end);
  }
  return false;
}

/// What could only be a CIDR block, and is none; empty: nothing.
std::string bad_block_in(std::string_view list) {
  std::string bad;
  any_token(list, [&bad](std::string_view token) {
    const bool wrong = token.find('/') != std::string_view::npos && !parse_block(token);
    if (wrong) bad = token;
    return wrong;
  });
  return bad;
}

/// The first of the variables that is set and not empty.
std::optional<std::pair<std::string, std::string>> first_set(
    const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = environment(name);
    if (value != nullptr && *value != '\0') return std::pair<std::string, std::string>(name, value);
  }
  return std::nullopt;
}

}  // namespace

std::string Proxy::shown() const {
  return std::string(scheme_of(kind)) + "://" +
         host_and_port(host + (zone.empty() ? "" : "%" + zone), port);
}

Result<Proxy> parse_proxy(std::string_view text, const std::string& origin) {
  Proxy proxy;
  proxy.origin = origin;
  if (const auto slashes = text.find("://"); slashes != std::string_view::npos) {
    const std::string_view name = text.substr(0, slashes);
    const auto* scheme =
        std::find_if(std::begin(kSchemes), std::end(kSchemes),
                     [&](const Scheme& s) { return equal_ignoring_case(s.name, name); });
    // An unknown scheme isn't quoted: "user:secret://…" would show what it shouldn't.
    if (scheme == std::end(kSchemes)) return bad_proxy(origin, "unknown scheme");
    proxy.kind = scheme->kind;
    text.remove_prefix(slashes + 3);
  }
  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view info = authority.substr(0, at);
    const auto colon = info.find(':');
    const auto user = percent_decode(info.substr(0, colon));
    const auto password =
        percent_decode(colon == std::string_view::npos ? "" : info.substr(colon + 1));
    if (!user || !password) return bad_proxy(origin, "a '%' in the user info needs two hex digits");
    const bool http = proxy.kind == Proxy::Kind::kHttp || proxy.kind == Proxy::Kind::kHttps;
    if (http && user->find(':') != std::string::npos) {  // RFC 7617 2
      return bad_proxy(origin, "a user name can't contain ':'");
    }
    proxy.user = *user;
    proxy.password = *password;
    authority.remove_prefix(at + 1);
  }
  const auto parts = split_host_port(authority);
  if (!parts || parts->host.empty()) return bad_proxy(origin, "no host in it");
  const auto host = parse_host(parts->host);
  if (!host) return bad_proxy(origin, "not a host");
  proxy.host = host->ascii;
  proxy.zone = host->zone;
  proxy.is_ip = host->is_ip_literal;
  if (parts->port && !parts->port->empty()) {
    const auto port = parse_port(*parts->port);
    if (!port) return bad_proxy(origin, "its port is not a number from 1 to 65535");
    proxy.port = *port;
  } else if (proxy.kind == Proxy::Kind::kHttps) {
    proxy.port = 443;
  }
  return proxy;
}

Result<std::optional<Proxy>> choose_proxy(const Url& url, const NetworkOptions& network,
                                          const Environment& environment) {
  if (!url.unix_path.empty() || !network.unix_socket.empty()) return std::nullopt;
  if (network.proxy && network.proxy->empty()) return std::nullopt;

  std::optional<std::pair<std::string, std::string>> found;
  if (network.proxy) {
    found.emplace("--proxy", *network.proxy);
  } else {
    found = url.secure
                ? first_set(environment, {"wss_proxy", "WSS_PROXY", "https_proxy", "HTTPS_PROXY"})
                : first_set(environment, {"ws_proxy", "WS_PROXY", "http_proxy"});
    if (!found) found = first_set(environment, {"all_proxy", "ALL_PROXY"});
  }
  if (!found) return std::nullopt;

  std::string exceptions;
  if (network.no_proxy) {
    exceptions = *network.no_proxy;
    if (const std::string bad = bad_block_in(exceptions); !bad.empty()) {
      return fail(Stage::kUsage, "--noproxy: " + quoted(bad) + " is no block of addresses",
                  "for example 10.0.0.0/8");
    }
  } else if (const auto variable = first_set(environment, {"no_proxy", "NO_PROXY"})) {
    exceptions = variable->second;
  }
  if (is_excepted(url, exceptions)) return std::nullopt;
  auto proxy = parse_proxy(found->second, found->first);
  if (!proxy) return fail(proxy.error());
  return *proxy;
}

bool is_excepted(const Url& url, std::string_view list) {
  return any_token(list, [&url](std::string_view token) { return token_matches(url, token); });
}

}  // namespace wscope::net
