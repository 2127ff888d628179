// address_plan: Url and network options → where the socket goes, before anything is asked or tried.
//
// Applies --unix-socket, --connect-to, --resolve, -4/-6 and --interface, each of which can make a
// resolver needless. interleave() orders addresses for the race (RFC 8305 4). Pure; a malformed
// option is Stage::kUsage and names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/options.h"
#include "net/socket_address.h"
#include "net/url.h"

namespace wscope::net {

/// A host and port to reach; not yet looked up.
struct Destination {
  std::string host;  // ASCII name or address, no brackets
  std::string zone;
  std::string display_host;  // the international spelling; empty for most
  bool is_ip = false;
  std::uint16_t port = 0;
  std::string unix_path;  // then nothing else counts

  /// "localhost:8765", "unix:/path": for messages.
  std::string shown() const;
};

/// The Url's own host, or where --unix-socket or --connect-to send it. --connect-to takes HOST:PORT
/// (always) and curl's FROM-HOST:FROM-PORT:HOST:PORT (on a match; empty parts match all or change
/// nothing); the first match counts.
Result<Destination> plan_destination(const Url& url, const NetworkOptions& network);

/// Addresses known without a resolver: the literal itself, a path, or those of --resolve
/// (HOST:PORT:ADDR[,ADDR…], HOST may be "*"; the last match counts). Empty: a lookup is needed.
/// Addresses of a family that -4 or -6 exclude are a Stage::kUsage error.
Result<std::vector<SocketAddress>> known_addresses(const Destination& to,
                                                   const NetworkOptions& network);

/// Alternates the families, beginning with the first address's.
std::vector<SocketAddress> interleave(std::vector<SocketAddress> addresses);

/// --interface: an address to bind to, or the name of an interface; empty parts: neither.
struct SourceBinding {
  std::optional<SocketAddress> address;
  std::string device;
};
Result<SourceBinding> parse_interface(const std::string& text);

}  // namespace wscope::net
