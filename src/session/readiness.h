// wait_descriptor: what may be given to Asio to wait on a descriptor that others share.
//
// Asio makes every descriptor that it waits on non-blocking, and that flag belongs to the open file
// description: it would reach the shell, or whoever else holds a socket that is our stdin. What is
// returned is an epoll(7) descriptor that becomes readable when `fd` is ready; empty, with errno,
// when the system gives none, or `fd` can't be waited for. kTheEnd: nobody is at its other end any
// more.
#pragma once

#include "base/unique_fd.h"

namespace wscope::session {

enum class ReadyFor { kReading, kWriting, kTheEnd };

UniqueFd wait_descriptor(int fd, ReadyFor what);

}  // namespace wscope::session
