#include "base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/cause.h"
#include "base/unique_fd.h"

namespace wscope {
namespace {

tl::unexpected<Error> cant_read(const std::string& name, std::string_view cause) {
  return fail(Stage::kUsage, ("can't read " + name + ": ").append(cause));
}

}  // namespace

bool read_all(int fd, std::string& bytes, std::size_t most) {
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    // A large file is held once, not twice while the text grows.
    bytes.reserve(bytes.size() + std::min(static_cast<std::size_t>(status.st_size), most));
  }
  std::array<char, 65536> block;
  while (bytes.size() <= most) {
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    bytes.append(block.data(), static_cast<std::size_t>(got));
  }
  return true;
}

Result<std::string> read_file(int fd, const std::string& name, SizeLimit limit) {
  std::string bytes;
  if (!read_all(fd, bytes, limit.bytes)) return cant_read(name, cause_of(errno));
  if (bytes.size() > limit.bytes) return cant_read(name, limit.cause);
  return bytes;
}

Result<std::string> read_file(const std::string& path, const std::string& name, SizeLimit limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return cant_read(name, cause_of(errno));
  return read_file(file.get(), name, limit);
}

}  // namespace wscope
