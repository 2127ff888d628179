// PipePages: writes into a pipe, the large ones in large pages.
//
// write(2) takes a new page of 4 KiB for each 4 KiB that it puts into a pipe. A Unix socket holds
// the same bytes in pieces of up to 32 KiB, and splice(2) hands those on to the pipe as they are:
// so a pair of sockets of our own is the shorter way from memory into a pipe (a fifth less CPU, a
// quarter more throughput; tests/bench/STEPS.md). What the pipe does not take at once stays in the
// pair: it counts as written, and held() tells of it. Where the system can't do it, everything goes
// the usual way. Loop thread only.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>

#include "base/unique_fd.h"

namespace wscope::output {

class PipePages {
 public:
  /// As writev(2) with a pipe that does not block: the bytes taken, or -1 and errno. Only while
  /// nothing is held.
  ssize_t write(int pipe, const iovec* parts, int count);
  /// Bytes that were taken and are not in the pipe yet.
  std::size_t held() const { return held_; }
  /// Moves those on; false and errno when some are left: EAGAIN, or why the pipe takes no more.
  bool push(int pipe);
  /// Forgets those.
  void drop();

 private:
  /// A smaller write goes straight into the pipe: one system call instead of two.
  static constexpr std::size_t kLeast = std::size_t{32} << 10;

  bool open();

  UniqueFd in_;
  UniqueFd out_;
  std::size_t held_ = 0;
  bool impossible_ = false;  // the system said so
};

}  // namespace wscope::output
