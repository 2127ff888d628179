#include "output/output_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <string>
#include <utility>

#include "base/pipe_size.h"
#include "base/send_parts.h"

namespace wscope::output {
namespace {

/// A description of the same file that is ours alone, so that O_NONBLOCK does not reach the shell
/// or the process at the other end of `2>&1`; -1 when the system does not give one.
int reopen_non_blocking(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

constexpr std::size_t kFirstCapacity = 2 * OutputStream::kBlock;

bool writable_now(int fd) {
  pollfd waiting{fd, POLLOUT, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

/// Takes the first `written` bytes off the parts.
void advance(iovec*& parts, int& count, std::size_t written) {
  while (count > 0 && written >= parts->iov_len) {
    written -= parts->iov_len;
    ++parts;
    --count;
  }
  if (count > 0) {
    parts->iov_base = static_cast<char*>(parts->iov_base) + written;
    parts->iov_len -= written;
  }
}

iovec part(std::string_view data) {
  return {const_cast<char*>(data.data()), data.size()};  // NOLINT: iovec serves readers too
}

}  // namespace

OutputStream::OutputStream(int fd)
    : fd_(fd), buffer_(new char[kFirstCapacity]), capacity_(kFirstCapacity) {
  clear();
  struct stat info {};
  if (::fstat(fd, &info) != 0) return;  // the first write tells
  is_terminal_ = S_ISCHR(info.st_mode) && ::isatty(fd) == 1;
  if (S_ISSOCK(info.st_mode)) {
    way_ = Way::kSocket;
  } else if (S_ISFIFO(info.st_mode) || is_terminal_) {
    const int own = reopen_non_blocking(fd);
    way_ = own < 0 ? Way::kAsking : S_ISFIFO(info.st_mode) ? Way::kPipe : Way::kNonBlocking;
    own_fd_ = own >= 0;
    if (own >= 0) fd_ = own;
  }
}

OutputStream::~OutputStream() {
  if (own_fd_) ::close(fd_);
}

void OutputStream::put_slowly(std::string_view data, std::string_view terminator) {
  if (stopped()) return;
  if (way_ == Way::kPipe && data.size() >= PageLoan::kLeast) data = move_pages(data);
  if (stopped()) return;
  if (data.size() < kLarge) {
    flush();
  } else {
    // Large: what is pending and the data go out in one call, without a copy.
    std::string_view before(begin_, buffered());
    iovec parts[] = {part(before), part(data), part(terminator)};
    std::size_t written = write_parts(parts, 3);
    if (!stopped()) {
      for (std::string_view* rest : {&before, &data, &terminator}) {
        const std::size_t taken = std::min(written, rest->size());
        rest->remove_prefix(taken);
        written -= taken;
      }
      begin_ = end_ - before.size();
      if (before.empty()) clear();
    }
  }
  if (stopped()) return;
  make_room(data.size() + terminator.size());
  for (const std::string_view piece : {data, terminator}) {
    if (piece.empty()) continue;
    std::memcpy(end_, piece.data(), piece.size());
    end_ += piece.size();
  }
  // While blocked, ask again once a block.
  limit_ = state_ == State::kBlocked ? std::min(buffer_.get() + capacity_, end_ + kBlock)
                                     : std::max(buffer_.get() + kBlock, end_);
}

/// What lies in the loan goes into the pipe as the pages that the system holds; returns the rest.
std::string_view OutputStream::move_pages(std::string_view data) {
  const std::string_view lent = loan_.movable(data);
  if (lent.empty()) return data;
  const std::string_view before = data.substr(0, data.size() - lent.size());
  if (before.size() > static_cast<std::size_t>(buffer_.get() + capacity_ - end_)) return data;
  if (!before.empty()) std::memcpy(end_, before.data(), before.size());
  end_ += before.size();
  if (flush() != State::kOk) return lent;
  return lent.substr(loan_.move(lent, fd_));
}

bool OutputStream::appends() const { return (::fcntl(fd_, F_GETFL) & O_APPEND) != 0; }

OutputStream::State OutputStream::flush() {
  if (pending() == 0 || stopped()) return state_;
  iovec pending_part = part({begin_, buffered()});
  const std::size_t written = write_parts(&pending_part, 1);
  if (stopped()) return state_;
  begin_ += written;
  if (begin_ == end_) clear();
  return state_;
}

OutputStream::State OutputStream::drain(std::optional<double> seconds) {
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  while (flush() == State::kBlocked) {
    int milliseconds = -1;
    if (seconds) {
      const std::chrono::duration<double> passed = Clock::now() - begun;
      if (passed.count() >= *seconds) break;
      milliseconds = static_cast<int>((*seconds - passed.count()) * 1000) + 1;
    }
    pollfd waiting{fd_, POLLOUT, 0};
    ::poll(&waiting, 1, milliseconds);
  }
  return state_;
}

void OutputStream::close() {
  if (!stopped()) stop(State::kClosed, 0);
  if (own_fd_) ::close(fd_);
  own_fd_ = false;
}

/// Makes room for `size` bytes behind end_: by moving what is pending to the front where that is
/// enough, else in a larger buffer.
void OutputStream::make_room(std::size_t size) {
  const std::size_t kept = buffered();
  if (static_cast<std::size_t>(buffer_.get() + capacity_ - end_) >= size) return;
  if (kept + size <= capacity_ / 2) {
    std::memmove(buffer_.get(), begin_, kept);
  } else {
    const std::size_t wanted = std::max(2 * capacity_, kept + size + kBlock);
    std::unique_ptr<char[]> larger(new char[wanted]);
    std::memcpy(larger.get(), begin_, kept);
    buffer_ = std::move(larger);
    capacity_ = wanted;
  }
  begin_ = buffer_.get();
  end_ = begin_ + kept;
}

void OutputStream::clear() {
  if (capacity_ > 2 * kHighWater) {  // one huge message must not cost its memory for ever
    buffer_.reset(new char[kFirstCapacity]);
    capacity_ = kFirstCapacity;
  }
  begin_ = buffer_.get();
  end_ = begin_;
  limit_ = begin_ + kBlock;
}

void OutputStream::stop(State state, int error) {
  state_ = state;
  error_ = std::error_code(error, std::generic_category());
  pages_.drop();
  clear();
  limit_ = end_;  // every further put takes the slow path, which drops it
}

std::size_t OutputStream::write_parts(iovec* parts, int count) {
  std::size_t total = 0;
  advance(parts, count, 0);
  while (count > 0 || pages_.held() > 0) {
    if (pages_.held() > 0) {
      if (pages_.push(fd_)) continue;
    } else {
      const ssize_t written = write_once(parts, count);
      if (written > 0) {
        total += static_cast<std::size_t>(written);
        advance(parts, count, static_cast<std::size_t>(written));
        continue;
      }
      if (written == 0) errno = EIO;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN || error == EWOULDBLOCK) {
      if (enlarge_once()) continue;
      state_ = State::kBlocked;
      return total;
    }
    // A terminal that has gone takes anything; SIGHUP ends the run.
    if (error == EIO && is_terminal_) break;
    const bool gone = reader_may_go_ && (error == EPIPE || error == ECONNRESET);
    stop(gone ? State::kClosed : State::kFailed, error);
    return total;
  }
  state_ = State::kOk;
  for (; count > 0; advance(parts, count, parts->iov_len)) total += parts->iov_len;
  return total;
}

bool OutputStream::enlarge_once() {
  return way_ == Way::kPipe && !std::exchange(enlarged_, true) && enlarge_pipe(fd_);
}

ssize_t OutputStream::write_once(iovec* parts, int count) {
  if (way_ == Way::kSocket) return send_parts(fd_, parts, count);
  if (way_ == Way::kAsking) {
    // A pipe that polls writable takes PIPE_BUF bytes without blocking (pipe(7)).
    if (!writable_now(fd_)) {
      errno = EAGAIN;
      return -1;
    }
    return ::write(fd_, parts->iov_base, std::min<std::size_t>(parts->iov_len, PIPE_BUF));
  }
  return way_ == Way::kPipe ? pages_.write(fd_, parts, count) : ::writev(fd_, parts, count);
}

}  // namespace wscope::output
