#include "base/page_loan.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "base/splice.h"

namespace wscope {

void PageLoan::open(int socket, std::string_view bytes) {
  note_read(bytes);
  socket_ = socket;
  next_ = begin_;
  moved_ = false;
}

void PageLoan::note_read(std::string_view bytes) {
  begin_ = bytes.data();
  end_ = begin_ + bytes.size();
}

void PageLoan::end() {
  if (socket_ >= 0) {
    skip_to(end_);
    wanted_ = moved_;
  }
  socket_ = -1;
  begin_ = end_ = next_ = nullptr;
}

std::string_view PageLoan::movable(std::string_view data) {
  const std::less<const char*> before;  // of any two pointers
  const char* const data_end = data.data() + data.size();
  if (impossible_ || before(end_, data_end) || !before(begin_, data_end)) return {};
  const char* const from = std::max(data.data(), socket_ >= 0 ? next_ : begin_, before);
  if (!before(from, data_end) || static_cast<std::size_t>(data_end - from) < kLeast) return {};
  wanted_ = true;
  if (socket_ < 0) return {};
  return {from, static_cast<std::size_t>(data_end - from)};
}

std::size_t PageLoan::move(std::string_view data, int pipe) {
  if (!skip_to(data.data())) return 0;
  const std::size_t moved = splice_bytes(socket_, pipe, data.size());
  if (moved < data.size()) impossible_ = errno != EAGAIN && errno != EPIPE;
  next_ += moved;
  if (moved > 0) moved_ = true;
  return moved;
}

/// Takes off the socket what lies before `place`. For MSG_TRUNC TCP throws it away (tcp(7)); where
/// it is read all the same, it comes to where the same bytes are already.
bool PageLoan::skip_to(const char* place) {
  while (next_ != place) {
    const auto left = static_cast<std::size_t>(place - next_);
    char* const same = const_cast<char*>(next_);  // NOLINT: the reader's own buffer
    const ssize_t n = ::recv(socket_, same, left, MSG_TRUNC | MSG_DONTWAIT);
    if (n > 0) {
      next_ += n;
    } else if (n == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace wscope
