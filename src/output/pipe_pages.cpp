#include "output/pipe_pages.h"

#include <sys/socket.h>

#include <cerrno>

#include "base/send_parts.h"
#include "base/splice.h"

namespace wscope::output {
namespace {

std::size_t size_of(const iovec* parts, int count) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  return size;
}

}  // namespace

ssize_t PipePages::write(int pipe, const iovec* parts, int count) {
  if (impossible_ || size_of(parts, count) < kLeast || !open()) {
    return ::writev(pipe, parts, count);
  }
  const ssize_t sent = send_parts(in_.get(), parts, count);
  if (sent > 0) {
    held_ = static_cast<std::size_t>(sent);
    if (push(pipe) || errno == EAGAIN || held_ < static_cast<std::size_t>(sent)) return sent;
  }
  const bool broken = sent > 0 && errno == EPIPE;
  drop();
  impossible_ = !broken;
  return ::writev(pipe, parts, count);
}

bool PipePages::push(int pipe) {
  held_ -= splice_bytes(out_.get(), pipe, held_);
  return held_ == 0;
}

void PipePages::drop() {
  in_ = UniqueFd();
  out_ = UniqueFd();
  held_ = 0;
}

bool PipePages::open() {
  if (in_) return true;
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) return false;
  in_ = UniqueFd(pair[0]);
  out_ = UniqueFd(pair[1]);
  return true;
}

}  // namespace wscope::output
