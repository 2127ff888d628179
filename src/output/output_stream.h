// OutputStream: bytes gathered for a descriptor, written in large blocks, never blocking the loop.
//
// put() only appends (a few ns); flush() writes what the descriptor takes now. A pipe or terminal
// is reopened through /proc/self/fd so that O_NONBLOCK stays ours and never leaks to the processes
// that share the descriptor; where that can't be had, it is asked before each small write. Sockets
// are sent to without blocking, regular files and devices simply written. A put is never split over
// two writes where one would do, so a file of lines holds whole lines. The session stops reading
// the socket while congested(). SIGPIPE must be ignored by the process. Loop thread only.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/page_loan.h"
#include "output/pipe_pages.h"

namespace wscope::output {

class OutputStream {
 public:
  enum class State {
    kOk,
    kBlocked,  // the descriptor takes nothing now: wait for poll_fd() to be writable
    kClosed,   // the reader has gone (EPIPE): what is left is dropped
    kFailed,   // error() tells (disk full …): what is left is dropped
  };
  static constexpr std::size_t kHighWater = std::size_t{256} << 10;
  /// What a signal or --timeout leaves of the time to take what is pending, in seconds.
  static constexpr double kLastPatience = 0.5;
  /// As much is gathered before it is written without being asked to: two pieces of what a Unix
  /// socket holds, each of 32 KiB and nearly 16 more (output/pipe_pages.h).
  static constexpr std::size_t kBlock = std::size_t{95} << 10;
  /// As much is not gathered but written from where it lies.
  static constexpr std::size_t kLarge = std::size_t{64} << 10;

  /// Does not own `fd`.
  explicit OutputStream(int fd);
  ~OutputStream();
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  /// Appends; flushes by itself when kBlock is passed and the descriptor is not blocked. Large data
  /// is written from where it lies when nothing blocks.
  void put(std::string_view data) {
    if (!fits(data.size())) return put_slowly(data, {});
    if (!data.empty()) std::memcpy(end_, data.data(), data.size());
    end_ += data.size();
  }
  /// The same for data and a terminator behind it.
  void put_line(std::string_view data, char terminator) {
    if (!fits(data.size() + 1)) return put_slowly(data, std::string_view(&terminator, 1));
    if (!data.empty()) std::memcpy(end_, data.data(), data.size());
    end_ += data.size();
    *end_++ = terminator;
  }
  State flush();
  /// Writes all that is left, blocking, at most so many seconds; for the end of the run.
  State drain(std::optional<double> seconds = std::nullopt);
  /// Nobody can wait for the descriptor: what is left is dropped, and error() tells this one.
  void fail(std::error_code error) { stop(State::kFailed, error.value()); }
  /// From now on a reader that goes is a failure: what is written was wanted whole.
  void reader_must_stay() { reader_may_go_ = false; }
  /// As a write that says EPIPE.
  void reader_has_gone() {
    if (!stopped()) stop(State::kClosed, 0);
  }
  /// Drops what is left and lets the descriptor go, where it is our own: its reader sees the end.
  void close();

  State state() const { return state_; }
  std::size_t pending() const { return buffered() + pages_.held(); }
  bool congested() const { return state_ == State::kBlocked && pending() >= kHighWater; }
  std::error_code error() const { return error_; }
  /// Others may write to the same place, and each write goes to its end (O_APPEND).
  bool appends() const;
  int poll_fd() const { return fd_; }
  /// For whoever reads from a socket what is put here: a pipe then gets large data without a copy.
  PageLoan& loan() { return loan_; }

 private:
  enum class Way { kPlain, kPipe, kNonBlocking, kAsking, kSocket };

  bool fits(std::size_t size) const {
    return size < kLarge && size <= static_cast<std::size_t>(limit_ - end_);
  }
  void put_slowly(std::string_view data, std::string_view terminator);
  std::string_view move_pages(std::string_view data);
  std::size_t buffered() const { return static_cast<std::size_t>(end_ - begin_); }
  bool stopped() const { return state_ == State::kClosed || state_ == State::kFailed; }
  void make_room(std::size_t size);
  void clear();
  /// Writes all parts or until nothing more is taken; returns the bytes written.
  std::size_t write_parts(iovec* parts, int count);
  bool enlarge_once();
  ssize_t write_once(iovec* parts, int count);
  void stop(State state, int error);

  int fd_;
  bool own_fd_ = false;
  bool reader_may_go_ = true;
  bool is_terminal_ = false;
  bool enlarged_ = false;
  Way way_ = Way::kPlain;
  State state_ = State::kOk;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  char* begin_ = nullptr;  // of what is buffered
  char* end_ = nullptr;
  char* limit_ = nullptr;  // the fast path ends here
  std::error_code error_;
  // Of a pipe: how large data gets there for less.
  PageLoan loan_;
  PipePages pages_;
};

}  // namespace wscope::output
