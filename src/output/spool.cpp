#include "output/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/write_all.h"

namespace wscope::output {

int open_beside(const std::string& path, std::string& name) {
  name = path + ".XXXXXX";
  return ::mkostemp(name.data(), O_CLOEXEC);
}

void Spool::put(std::string_view bytes) {
  if (error_) return;
  memory_.append(bytes);
  if (memory_.size() > kInMemory) spill();
}

void Spool::spill() {
  std::string name;
  if (!fd_) {
    fd_ = UniqueFd(open_beside(beside_, name));
    if (fd_) ::unlink(name.c_str());
  }
  if (!fd_ || !write_all(fd_.get(), memory_))
    error_ = std::error_code(errno, std::generic_category());
  memory_.clear();
  if (memory_.capacity() > 4 * kInMemory) memory_.shrink_to_fit();
}

void Spool::copy_to(OutputStream& out) {
  std::array<char, 65536> block;
  off_t at = 0;
  while (fd_) {
    const ssize_t got = ::pread(fd_.get(), block.data(), block.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error_ = std::error_code(errno, std::generic_category());
    if (got <= 0) break;
    out.put({block.data(), static_cast<std::size_t>(got)});
    at += got;
  }
  out.put(memory_);
}

}  // namespace wscope::output
