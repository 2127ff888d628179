#include "session/reader_watch.h"

#include <sys/stat.h>

#include <system_error>
#include <utility>

#include "session/readiness.h"

namespace wscope::session {
namespace {

bool has_reader(int fd) {
  struct stat what {};
  return ::fstat(fd, &what) == 0 && (S_ISFIFO(what.st_mode) || S_ISSOCK(what.st_mode));
}

}  // namespace

void ReaderWatch::start(int fd, std::function<void()> left) {
  if (!has_reader(fd)) return;
  UniqueFd waits = wait_descriptor(fd, ReadyFor::kTheEnd);
  std::error_code error;
  if (!waits || descriptor_.assign(waits.get(), error)) return;  // a write will tell
  waits.release();
  descriptor_.async_wait(
      asio::posix::stream_descriptor::wait_read,
      [left = std::move(left), weak = std::weak_ptr<bool>(alive_)](std::error_code cancelled) {
        if (!weak.expired() && !cancelled) left();
      });
}

}  // namespace wscope::session
