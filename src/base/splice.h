// splice_bytes: bytes of a socket into a pipe, as the pages that the system holds (splice(2)).
//
// Moves up to `size` bytes that have come already, as far as the pipe takes them without blocking;
// returns the bytes moved. Where those are fewer, errno tells why: EAGAIN (the pipe is full),
// EPIPE; anything else says that the system can't do it. SIGPIPE must be ignored by the process.
#pragma once

#include <cstddef>

namespace wscope {

std::size_t splice_bytes(int socket, int pipe, std::size_t size);

}  // namespace wscope
