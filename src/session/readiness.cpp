#include "session/readiness.h"

#include <sys/epoll.h>

namespace wscope::session {

UniqueFd wait_descriptor(int fd, ReadyFor what) {
  UniqueFd waits(::epoll_create1(EPOLL_CLOEXEC));
  if (!waits) return waits;
  epoll_event event{};
  event.events = what == ReadyFor::kReading ? EPOLLIN : EPOLLOUT;
  if (::epoll_ctl(waits.get(), EPOLL_CTL_ADD, fd, &event) != 0) return {};
  return waits;
}

}  // namespace wscope::session
