// Two ends of one TCP connection over loopback; neither blocks.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace wscope {

class TcpPair {
 public:
  TcpPair() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the API's type
    const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int room = 1 << 20;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    writer_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ready_ = ::bind(listener.get(), any, size) == 0 && ::listen(listener.get(), 1) == 0 &&
             ::getsockname(listener.get(), any, &size) == 0 &&
             ::connect(writer_.get(), any, size) == 0;
    reader_ = UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    ready_ = ready_ && reader_;
  }

  bool ready() const { return ready_; }
  int reader() const { return reader_.get(); }
  /// At most 128 KiB that are not read yet: they fit into the reader's window. True when they have
  /// come over.
  bool send(std::string_view bytes) const {
    int before = 0;
    ::ioctl(reader(), FIONREAD, &before);
    const auto size = static_cast<ssize_t>(bytes.size());
    if (::send(writer_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) != size) return false;
    int come = 0;
    while (::ioctl(reader(), FIONREAD, &come) == 0 && come < before + static_cast<int>(size)) {
    }
    return true;
  }
  std::string look(std::size_t limit) const { return receive(limit, MSG_PEEK); }
  std::string read(std::size_t limit) const { return receive(limit, 0); }

 private:
  std::string receive(std::size_t limit, int flags) const {
    std::string bytes(limit, '\0');
    const ssize_t size = ::recv(reader(), bytes.data(), limit, flags);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }

  UniqueFd writer_;
  UniqueFd reader_;
  bool ready_ = false;
};

}  // namespace wscope
