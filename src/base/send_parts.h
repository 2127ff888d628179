// send_parts: writev(2) for a socket: never blocks, never raises SIGPIPE.
//
// Returns the bytes sent, or -1 and errno, whatever mode the descriptor is in. Any thread.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

namespace wscope {

ssize_t send_parts(int socket, const iovec* parts, int count);

}  // namespace wscope
