// proxy_choice: which proxy a URL goes through, as curl decides it.
//
// --proxy (an empty one: none), else the environment: for wss wss_proxy, WSS_PROXY, https_proxy,
// HTTPS_PROXY; for ws ws_proxy, WS_PROXY, http_proxy (lower case only: CGI servers set HTTP_PROXY
// from a request header); then all_proxy, ALL_PROXY. --noproxy, else no_proxy, NO_PROXY excepts
// hosts. An empty variable is an unset one. Pure: the environment comes as a function. A proxy that
// can't be read is Stage::kUsage and names the option or variable, never user info.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/options.h"
#include "net/url.h"

namespace wscope::net {

struct Proxy {
  enum class Kind {
    kHttp,
    kHttps,    // TLS to the proxy, then as kHttp
    kSocks4,   // names are resolved here, IPv4 only
    kSocks4a,  // … there
    kSocks5,   // … here
    kSocks5h,  // … there
  };
  Kind kind = Kind::kHttp;
  std::string host;  // ASCII name or address, no brackets
  std::string zone;
  bool is_ip = false;
  std::uint16_t port = 1080;
  std::optional<std::string> user;  // decoded
  std::string password;             // decoded
  std::string origin;               // "--proxy", "https_proxy": where it was said

  bool resolves_names() const { return kind != Kind::kSocks4 && kind != Kind::kSocks5; }
  /// "http://proxy.example:3128": without user info.
  std::string shown() const;
};

/// [SCHEME://][USER[:PASS]@]HOST[:PORT]; the scheme defaults to http, the port to 1080 (https:
/// 443).
Result<Proxy> parse_proxy(std::string_view text, const std::string& origin);

/// A variable's value; nullptr when unset (std::getenv).
using Environment = std::function<const char*(const char*)>;
Result<std::optional<Proxy>> choose_proxy(const Url& url, const NetworkOptions& network,
                                          const Environment& environment);

/// A list of names (which stand for themselves and what is under them), addresses, CIDR blocks,
/// each maybe with ":PORT", separated by commas or blanks; "*" is everything.
bool is_excepted(const Url& url, std::string_view list);

}  // namespace wscope::net
