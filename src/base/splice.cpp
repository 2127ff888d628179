#include "base/splice.h"

#include <fcntl.h>
#include <sys/types.h>

#include <cerrno>

namespace wscope {

std::size_t splice_bytes(int socket, int pipe, std::size_t size) {
  std::size_t moved = 0;
  while (moved < size) {
    const ssize_t n =
        ::splice(socket, nullptr, pipe, nullptr, size - moved, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0) {
      moved += static_cast<std::size_t>(n);
    } else if (n == 0) {
      errno = EIO;  // the socket has less than was said
      break;
    } else if (errno != EINTR) {
      break;
    }
  }
  return moved;
}

}  // namespace wscope
