#include "input/script_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/cause.h"
#include "base/unique_fd.h"

namespace wscope::input {

Result<std::string> read_script_file(const std::string& path) {
  const bool is_stdin = path == "-";
  const UniqueFd file(is_stdin ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const int fd = is_stdin ? STDIN_FILENO : file.get();
  std::string text;
  int cause = fd < 0 ? errno : 0;
  std::array<char, 65536> block;
  while (cause == 0) {
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got == 0) break;
    if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) cause = errno;
  }
  if (cause == 0) return text;
  return fail(Stage::kUsage,
              "can't read the script " + (is_stdin ? "on stdin" : path) + ": " + cause_of(cause));
}

}  // namespace wscope::input
