#include "base/send_parts.h"

#include <sys/socket.h>

#include <cstddef>

namespace wscope {

ssize_t send_parts(int socket, const iovec* parts, int count) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);  // NOLINT: msghdr serves readers too
  message.msg_iovlen = static_cast<std::size_t>(count);
  return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace wscope
