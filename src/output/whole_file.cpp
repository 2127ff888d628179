#include "output/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/cause.h"
#include "base/real_path.h"
#include "base/temporary_folder.h"
#include "base/write_all.h"
#include "output/line_file.h"
#include "output/spool.h"
#include "output/standard_descriptor.h"

namespace wscope::output {
namespace {

/// A draft of `target`, beside it where its folder takes new files.
UniqueFd open_draft(const std::string& target, bool exists, std::string& draft) {
  UniqueFd fd(open_beside(target, draft));
  const int why = errno;
  if (!fd && exists) fd = UniqueFd(open_beside(temporary_folder() + "/wscope", draft));
  if (fd) return fd;
  draft.clear();
  errno = why;
  return {};
}

}  // namespace

Result<std::unique_ptr<WholeFile>> WholeFile::open(const std::string& path, unsigned mode) {
  std::unique_ptr<WholeFile> file(new WholeFile);
  file->path_ = path;
  file->target_ = path;
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists) file->fd_ = standard_descriptor_of(status);
  if (file->fd_) {
    // Written to directly.
  } else if (exists && !S_ISREG(status.st_mode)) {
    file->fd_ = UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  } else if (!exists || ::access(path.c_str(), W_OK) == 0) {
    file->target_ = real_path(path);
    file->fd_ = open_draft(file->target_, exists, file->draft_);
    if (file->fd_) (void)::fchmod(file->fd_.get(), exists ? status.st_mode & 0777 : mode);
  }
  if (!file->fd_) {
    return fail(Stage::kUsage, "can't open " + path + " for writing: " + cause_of(errno));
  }
  file->stream_ = std::make_unique<OutputStream>(file->fd_.get());
  if (!is_standard(file->fd_.get())) file->stream_->reader_must_stay();
  return file;
}

// Beside a pipe there is no place for files.
std::string WholeFile::scratch() const {
  if (!draft_.empty()) return draft_;
  return temporary_folder() + "/wscope";
}

WholeFile::~WholeFile() {
  if (!draft_.empty()) ::unlink(draft_.c_str());
}

Result<void> WholeFile::finish(std::optional<double> patience) {
  if (stream_->drain(patience) == OutputStream::State::kFailed)
    return fail(write_error(*stream_, path_));
  if (draft_.empty()) return {};
  if (::rename(draft_.c_str(), target_.c_str()) != 0 && !write_over()) {
    const std::string why = cause_of(errno);
    return fail(Stage::kOutput, "can't write to " + path_ + ": " + why,
                "it is in " + std::exchange(draft_, {}));
  }
  if (!draft_.empty()) ::unlink(draft_.c_str());
  draft_.clear();
  return {};
}

bool WholeFile::write_over() const {
  const UniqueFd target(::open(target_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!target) return false;
  std::array<char, 65536> block;
  off_t copied = 0;
  while (true) {
    const ssize_t got = ::pread(fd_.get(), block.data(), block.size(), copied);
    if (got <= 0) return got == 0;
    if (!write_all(target.get(), {block.data(), static_cast<std::size_t>(got)})) return false;
    copied += got;
  }
}

}  // namespace wscope::output
