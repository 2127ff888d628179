// host_name: the host part of a URL, a proxy or an option → the name to look up, or an address.
//
// Takes what stands between "//" and the port, an IPv6 literal with its brackets (RFC 3986 3.2.2,
// zone RFC 6874 or with a bare '%'). International names become IDNA2008 A-labels (UTS #46,
// non-transitional); names are lower-cased; the old spellings of IPv4 (127.1, 0x7f000001) become
// dotted quads. Pure; failures are Stage::kUsage and quote the host only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::net {

struct HostName {
  std::string ascii;    // without brackets and zone
  std::string display;  // as typed, for an international name; else empty
  std::string zone;     // of an IPv6 literal
  bool is_ip_literal = false;
  bool is_ipv6 = false;
};

Result<HostName> parse_host(std::string_view text);

/// A decimal port, 1 to 65535; nothing otherwise.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// "host", "host:port", "[v6]:port" → both parts as they stand; nothing when a bracket is not
/// closed, or more than one ':' stands outside of brackets.
struct HostPort {
  std::string_view host;                 // with its brackets
  std::optional<std::string_view> port;  // what follows the ':', maybe empty
};
std::optional<HostPort> split_host_port(std::string_view authority);
/// The other way: "0.0.0.0:8765", "[::1]:8765"; brackets only where the host has colons.
std::string host_and_port(std::string_view host, unsigned port);

/// Decodes %XX; nothing when a '%' is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace wscope::net
