#include "net/socket_address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/ascii.h"
#include "base/escape.h"
#include "net/host_name.h"

namespace wscope::net {
namespace {

constexpr std::size_t kUnixHeader = offsetof(sockaddr_un, sun_path);

template <class T>
T* view(sockaddr_storage& storage) {
  return reinterpret_cast<T*>(&storage);
}
template <class T>
const T* view(const sockaddr_storage& storage) {
  return reinterpret_cast<const T*>(&storage);
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address, socklen_t length)
    : length_(std::min<socklen_t>(length, sizeof storage_)) {
  std::memcpy(&storage_, address, length_);
}

Result<SocketAddress> SocketAddress::unix_path(std::string_view path) {
  SocketAddress out;
  auto* address = view<sockaddr_un>(out.storage_);
  if (path.empty() || path == "@") return fail(Stage::kUsage, "the socket path is empty");
  if (path.size() >= sizeof address->sun_path) {
    return fail(Stage::kUsage, "socket path " + printable(path) + " is longer than " +
                                   std::to_string(sizeof address->sun_path - 1) + " bytes");
  }
  address->sun_family = AF_UNIX;
  std::memcpy(address->sun_path, path.data(), path.size());
  const bool abstract = path.front() == '@';
  if (abstract) address->sun_path[0] = '\0';
  // An abstract name is exactly as long as it is; a path ends with its NUL.
  out.length_ = static_cast<socklen_t>(kUnixHeader + path.size() + (abstract ? 0 : 1));
  return out;
}

std::optional<SocketAddress> SocketAddress::literal(const std::string& text, std::uint16_t port) {
  SocketAddress out;
  if (auto* v4 = view<sockaddr_in>(out.storage_);
      inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    out.length_ = sizeof *v4;
  } else if (auto* v6 = view<sockaddr_in6>(out.storage_);
             inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    out.length_ = sizeof *v6;
  } else {
    return std::nullopt;
  }
  out.set_port(port);
  return out;
}

Result<SocketAddress> SocketAddress::zoned(const std::string& text, const std::string& zone,
                                           std::uint16_t port) {
  auto out = literal(text, port);
  if (!out) return fail(Stage::kUsage, "\"" + printable(text) + "\" is not an address");
  if (zone.empty()) return *out;
  if (out->family() != AF_INET6) return fail(Stage::kUsage, "only an IPv6 address has a zone");
  unsigned index = if_nametoindex(zone.c_str());
  if (index == 0 && is_digits(zone)) {
    index = static_cast<unsigned>(std::strtoul(zone.c_str(), nullptr, 10));
  }
  if (index == 0) {
    return fail(Stage::kUsage, "the zone of " + text + "%" + zone + " is no network interface here",
                "`ip link` lists them");
  }
  view<sockaddr_in6>(out->storage_)->sin6_scope_id = index;
  return *out;
}

SocketAddress SocketAddress::local_of(int socket) {
  SocketAddress out;
  out.length_ = sizeof out.storage_;
  if (getsockname(socket, view<sockaddr>(out.storage_), &out.length_) != 0) return {};
  return out;
}

SocketAddress SocketAddress::peer_of(int socket) {
  SocketAddress out;
  out.length_ = sizeof out.storage_;
  if (getpeername(socket, view<sockaddr>(out.storage_), &out.length_) != 0) return {};
  return out;
}

std::uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(view<sockaddr_in>(storage_)->sin_port);
  if (family() == AF_INET6) return ntohs(view<sockaddr_in6>(storage_)->sin6_port);
  return 0;
}

void SocketAddress::set_port(std::uint16_t port) {
  if (family() == AF_INET) view<sockaddr_in>(storage_)->sin_port = htons(port);
  if (family() == AF_INET6) view<sockaddr_in6>(storage_)->sin6_port = htons(port);
}

std::string SocketAddress::host_text() const {
  char buffer[INET6_ADDRSTRLEN + IF_NAMESIZE + 2] = "";
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &view<sockaddr_in>(storage_)->sin_addr, buffer, sizeof buffer);
    return buffer;
  }
  if (family() != AF_INET6) return {};
  const auto* v6 = view<sockaddr_in6>(storage_);
  inet_ntop(AF_INET6, &v6->sin6_addr, buffer, sizeof buffer);
  std::string out = buffer;
  if (v6->sin6_scope_id != 0) {
    char name[IF_NAMESIZE] = "";
    out += "%";
    out += if_indextoname(v6->sin6_scope_id, name) != nullptr ? std::string(name)
                                                              : std::to_string(v6->sin6_scope_id);
  }
  return out;
}

std::string SocketAddress::text() const {
  if (family() != AF_UNIX) return host_and_port(host_text(), port());
  const auto* address = view<sockaddr_un>(storage_);
  const std::size_t size = length_ > kUnixHeader ? length_ - kUnixHeader : 0;
  if (size == 0) return "unix:";  // an unnamed socket: the client's end
  if (address->sun_path[0] == '\0') {
    return "unix:@" + printable({address->sun_path + 1, size - 1});
  }
  return "unix:" + printable({address->sun_path, strnlen(address->sun_path, size)});
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  return length_ == other.length_ && std::memcmp(&storage_, &other.storage_, length_) == 0;
}

}  // namespace wscope::net
