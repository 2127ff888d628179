#include "base/pipe_size.h"

#include <fcntl.h>

namespace wscope {

bool enlarge_pipe(int fd) {
  constexpr int kSize = 512 << 10;
  const int size = ::fcntl(fd, F_GETPIPE_SZ);
  if (size < 0 || size >= kSize) return false;
  return ::fcntl(fd, F_SETPIPE_SZ, kSize) > 0;
}

}  // namespace wscope
