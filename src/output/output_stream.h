// OutputStream: bytes gathered for a descriptor, written in large blocks, never blocking the loop.
//
// put() only appends; flush() writes what the descriptor takes now. A pipe or terminal is reopened
// through /proc/self/fd so that O_NONBLOCK stays ours and never leaks to the processes that share
// the descriptor; where that can't be had, writes block. Regular files are simply written. The
// session stops reading the socket while congested(). Loop thread only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace wscope::output {

class OutputStream {
 public:
  enum class State {
    kOk,
    kBlocked,  // the descriptor takes nothing now: wait for poll_fd() to be writable
    kClosed,   // the reader has gone (EPIPE): what is left is dropped
    kFailed,   // error() tells (disk full …)
  };
  static constexpr std::size_t kHighWater = std::size_t{256} << 10;

  /// Does not own `fd`.
  explicit OutputStream(int fd);
  ~OutputStream();
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  /// Appends; flushes by itself when kHighWater is passed and the descriptor is not blocked. Large
  /// data is written from where it lies when nothing blocks.
  void put(std::string_view data);
  /// The same for data and a terminator behind it.
  void put_line(std::string_view data, char terminator);
  State flush();
  /// Writes all that is left, blocking; for the end of the run.
  State drain();

  State state() const { return state_; }
  std::size_t pending() const { return buffer_.size() - begin_; }
  bool congested() const { return state_ == State::kBlocked && pending() >= kHighWater; }
  std::error_code error() const { return error_; }
  int poll_fd() const { return fd_; }

 private:
  State write_now(const char* data, std::size_t size, std::size_t& written);

  int fd_;
  bool own_fd_ = false;
  bool is_socket_ = false;
  std::string buffer_;
  std::size_t begin_ = 0;
  State state_ = State::kOk;
  std::error_code error_;
};

}  // namespace wscope::output
