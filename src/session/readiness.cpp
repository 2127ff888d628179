#include "session/readiness.h"

#include <sys/epoll.h>

namespace wscope::session {

UniqueFd wait_descriptor(int fd, ReadyFor what) {
  UniqueFd waits(::epoll_create1(EPOLL_CLOEXEC));
  if (!waits) return waits;
  epoll_event event{};
  if (what == ReadyFor::kReading) event.events = EPOLLIN;
  if (what == ReadyFor::kWriting) event.events = EPOLLOUT;
  // EPOLLERR and EPOLLHUP are told unasked.
  if (::epoll_ctl(waits.get(), EPOLL_CTL_ADD, fd, &event) != 0) return {};
  return waits;
}

}  // namespace wscope::session
