#include "output/standard_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wscope::output {

UniqueFd standard_descriptor_of(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return {};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) continue;
    if (status.st_dev != file.st_dev || status.st_ino != file.st_ino) continue;
    return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  }
  return {};
}

}  // namespace wscope::output
