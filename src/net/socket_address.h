// SocketAddress: where a socket connects to or listens: IPv4, IPv6 (with zone) or a Unix path.
//
// A value around sockaddr_storage. text() is how events and errors show it: "127.0.0.1:8765",
// "[fe80::1%eth0]:8765", "unix:/path", "unix:@name" for an abstract one. Making one from a literal
// or a path never asks a resolver. Failures are Stage::kUsage (path too long, unknown zone).
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::net {

class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const sockaddr* address, socklen_t length);

  /// "@name" is abstract, anything else a path.
  static Result<SocketAddress> unix_path(std::string_view path);
  /// An address as digits, without brackets; nothing when `text` is a name.
  static std::optional<SocketAddress> literal(const std::string& text, std::uint16_t port);
  /// The same with an IPv6 zone, which must name an interface of this machine.
  static Result<SocketAddress> zoned(const std::string& text, const std::string& zone,
                                     std::uint16_t port);
  static SocketAddress local_of(int socket);
  static SocketAddress peer_of(int socket);

  int family() const { return storage_.ss_family; }
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  std::string text() const;
  /// Without port and brackets: "127.0.0.1", "fe80::1%eth0".
  std::string host_text() const;

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return length_; }
  bool operator==(const SocketAddress& other) const;

 private:
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

}  // namespace wscope::net
