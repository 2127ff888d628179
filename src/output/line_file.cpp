#include "output/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/cause.h"
#include "output/standard_descriptor.h"

namespace wscope::output {

Error write_error(const OutputStream& stream, const std::string& name) {
  return {Stage::kOutput, "can't write to " + name + ": " + cause_of(stream.error()), {}, {}};
}

Result<std::unique_ptr<LineFile>> LineFile::open(const std::string& path, int how, unsigned mode) {
  struct stat status {};
  UniqueFd fd;
  if (::stat(path.c_str(), &status) == 0) fd = standard_descriptor_of(status);
  if (!fd) fd = UniqueFd(::open(path.c_str(), how | O_WRONLY | O_CREAT | O_CLOEXEC, mode));
  if (!fd) {
    return fail(Stage::kUsage, "can't open " + path + " for writing: " + cause_of(errno));
  }
  return std::unique_ptr<LineFile>(new LineFile(path, std::move(fd)));
}

Result<std::unique_ptr<LineFile>> LineFile::trace(const std::string& path, bool is_private) {
  return open(path, O_TRUNC, is_private ? 0600 : 0666);
}

Result<std::unique_ptr<LineFile>> LineFile::record(const std::string& path) {
  auto file = open(path, O_APPEND, 0600);
  if (!file) return file;
  (*file)->lines_.set_immediate(true);
  (*file)->end_last_line();
  return file;
}

LineFile::LineFile(std::string path, UniqueFd fd)
    : path_(std::move(path)), fd_(std::move(fd)), stream_(fd_.get()), lines_(stream_) {
  if (!is_standard(fd_.get())) stream_.reader_must_stay();
}

// Ours is open for writing only, and the file may not be ours to read: then it stays as it is.
void LineFile::end_last_line() {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
  const UniqueFd reader(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  char last = '\n';
  const bool known = reader && ::pread(reader.get(), &last, 1, status.st_size - 1) == 1;
  if (known && last != '\n') lines_.put("\n");
}

void LineFile::cut_to_whole_lines() {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  const UniqueFd reader(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader) return;
  std::array<char, 65536> block;
  off_t end = status.st_size;
  while (end > 0) {
    const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(block.size()));
    const ssize_t got =
        ::pread(reader.get(), block.data(), static_cast<std::size_t>(end - begin), begin);
    if (got <= 0) break;
    const auto newline = std::string_view(block.data(), static_cast<std::size_t>(got)).rfind('\n');
    end = begin;
    if (newline == std::string_view::npos) continue;
    end += static_cast<off_t>(newline) + 1;
    break;
  }
  if (end < status.st_size) (void)!::ftruncate(fd_.get(), end);
}

}  // namespace wscope::output
