// Url: the forms of address that wscope takes, as values.
//
// parse_url turns what was typed into scheme, host, port and resource (RFC 3986, RFC 6455
// section 3, and the short forms of wscope(1), URL). Pure; fails with Stage::kUsage and a message
// that quotes the offending part without user info. Userinfo is percent-decoded and kept apart, so
// that no printed form of a Url ever holds it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::net {

struct Url {
  bool secure = false;
  std::string host;  // as for the Host header: no brackets; punycode for international names
  std::string zone;  // of an IPv6 literal, without '%'
  std::string display_host;  // as typed, where it differs from host; else empty
  bool is_ip_literal = false;
  bool is_ipv6 = false;
  std::uint16_t port = 0;
  std::string resource = "/";       // path and query, as it goes on the request line
  std::string unix_path;            // "/path.sock" or "@name"; empty for TCP
  std::optional<std::string> user;  // decoded
  std::string password;             // decoded

  bool default_port() const { return port == (secure ? 443 : 80); }
  /// "example.com", "example.com:8080", "[::1]:8080": the Host header's value (RFC 9110 7.2).
  std::string authority() const;
  /// "wss://example.com/path": without user info.
  std::string display() const;
};

Result<Url> parse_url(std::string_view text);

}  // namespace wscope::net
