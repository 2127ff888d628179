#include "input/file_message.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/cause.h"
#include "base/escape.h"
#include "base/read_file.h"
#include "base/unique_fd.h"
#include "base/utf8.h"

namespace wscope::input {
namespace {

constexpr std::size_t kLongestPath = 4096;  // none that is longer leads anywhere

tl::unexpected<Error> cant_read(const std::string& path, int cause) {
  return fail(Stage::kInput,
              "can't read " + printable(path, kLongestPath) + ": " + cause_of(cause));
}

std::string expanded(const std::string& path) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || path.compare(0, 2, "~/") != 0) return path;
  return home + path.substr(1);
}

}  // namespace

Result<std::string> read_whole_file(const std::string& path) {
  // O_NONBLOCK: a FIFO without a writer must not stop everything else.
  const UniqueFd fd(open(expanded(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return cant_read(path, errno);
  struct stat status {};
  if (fstat(fd.get(), &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) {
    return fail(Stage::kInput,
                "can't read " + printable(path, kLongestPath) + ": not a regular file",
                "a device or a FIFO may have no end; its bytes are piped into wscope");
  }
  std::string content;
  if (!read_all(fd.get(), content)) return cant_read(path, errno);
  return content;
}

Result<FileMessage> read_file_message(const std::string& path, bool binary) {
  auto content = read_whole_file(path);
  if (!content) {
    content.error().message += ": not sent";
    return fail(std::move(content.error()));
  }
  const bool text = !binary && is_valid_utf8(*content);
  return FileMessage{std::move(*content), text};
}

}  // namespace wscope::input
