// ReadySource: what is read on the loop because it never makes a reader wait → Actions.
//
// A regular file with a size, a pipe or a socket on stdin, and what a command of --exec writes.
// next() reads when it has nothing decoded: no thread, no hand-over, one block of kBlock bytes that
// stays in its core's cache; a session that does not pull makes the writer wait, and memory stays
// flat. A pipe is opened anew through /proc/self/fd, so that O_NONBLOCK never reaches those who
// share it; the descriptor stays the caller's. The waker is called from the loop. A read that fails
// is told once, as Action::kRefused with Stage::kInput, and is the end. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <memory>

#include "base/action.h"
#include "base/options.h"
#include "base/unique_fd.h"

namespace wscope::session {

/// Null where a read could wait, so that it wants a thread: a terminal, a device, a file of the
/// kernel's without a size, or a pipe that can't be opened anew.
std::unique_ptr<ActionSource> make_ready_source(asio::io_context& loop,
                                                const MessageOptions& options, int fd);

/// Of a pipe that does not block.
std::unique_ptr<ActionSource> make_command_source(asio::io_context& loop,
                                                  const MessageOptions& options, UniqueFd pipe);

}  // namespace wscope::session
