#include "net/socket_stream.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/cause.h"
#include "net/socket_address.h"

namespace wscope::net {
namespace {

// Pages that hold a segment of 1,448 bytes each cost more, moved, than a copy: twice the CPU for
// messages of 64 KiB. Over loopback they hold up to 32 KiB.
constexpr int kWorthLending = 16 << 10;

int segment_size(int fd) {
  int bytes = 0;
  socklen_t size = sizeof bytes;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &bytes, &size) == 0 ? bytes : 0;
}

IoResult failed(int number) {
  if (number == EAGAIN || number == EWOULDBLOCK) return {IoResult::Status::kAgain, 0, {}};
  return {IoResult::Status::kFailed, 0, std::error_code(number, std::system_category())};
}

}  // namespace

SocketStream::SocketStream(asio::io_context& loop, UniqueFd socket)
    : socket_(loop, socket.get()), fd_(socket.release()) {
  const SocketAddress local = SocketAddress::local_of(fd_);
  const SocketAddress peer = SocketAddress::peer_of(fd_);
  if (local.family() != AF_UNIX) {
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    may_lend_ = segment_size(fd_) >= kWorthLending;
  }
  local_ = local.text();
  peer_ = peer.text();
  // One end of a Unix connection is unnamed; the path is what tells people which one it is.
  if (local_ == "unix:") local_ = peer_;
  if (peer_ == "unix:") peer_ = local_;
}

IoResult SocketStream::read_some(char* data, std::size_t size) { return receive(data, size, 0); }

IoResult SocketStream::read_on_loan(char* data, std::size_t size, PageLoan& loan) {
  if (!may_lend_) return receive(data, size, 0);
  const bool lend = loan.wanted();
  const IoResult result = receive(data, size, lend ? MSG_PEEK : 0);
  if (result.status != IoResult::Status::kOk) return result;
  if (lend) {
    loan.open(fd_, {data, result.bytes});
  } else {
    loan.note_read({data, result.bytes});
  }
  return result;
}

IoResult SocketStream::receive(char* data, std::size_t size, int flags) {
  for (;;) {
    const ssize_t n = ::recv(fd_, data, size, flags);
    if (n > 0) return {IoResult::Status::kOk, static_cast<std::size_t>(n), {}};
    if (n == 0) return {size == 0 ? IoResult::Status::kAgain : IoResult::Status::kEnd, 0, {}};
    if (errno != EINTR) return failed(errno);
  }
}

IoResult SocketStream::write_some(const char* data, std::size_t size) {
  for (;;) {
    const ssize_t n = ::send(fd_, data, size, MSG_NOSIGNAL);
    if (n >= 0) return {IoResult::Status::kOk, static_cast<std::size_t>(n), {}};
    if (errno != EINTR) return failed(errno);
  }
}

std::size_t SocketStream::in_transit() const {
  int bytes = 0;
  return ::ioctl(fd_, SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

IoResult SocketStream::shutdown_send() {
  if (::shutdown(fd_, SHUT_WR) != 0 && errno != ENOTCONN) return failed(errno);
  return {IoResult::Status::kOk, 0, {}};
}

void SocketStream::async_wait(Readiness readiness, WaitHandler handler) {
  socket_.async_wait(readiness == Readiness::kRead ? asio::posix::descriptor_base::wait_read
                                                   : asio::posix::descriptor_base::wait_write,
                     std::move(handler));
}

void SocketStream::cancel() {
  std::error_code ignored;
  socket_.cancel(ignored);
}

void SocketStream::close() {
  std::error_code ignored;
  socket_.close(ignored);
  fd_ = -1;
}

std::string SocketStream::explain(std::error_code error) const { return cause_of(error); }

}  // namespace wscope::net
