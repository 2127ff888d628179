#include "output/standard_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wscope::output {

namespace {

/// -1: neither.
int standard_fd_of(const struct stat& file) {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) continue;
    if (status.st_dev == file.st_dev && status.st_ino == file.st_ino) return fd;
  }
  return -1;
}

}  // namespace

bool is_standard(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && standard_fd_of(status) >= 0;
}

UniqueFd standard_descriptor_of(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return {};
  const int fd = standard_fd_of(file);
  return fd < 0 ? UniqueFd() : UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

}  // namespace wscope::output
