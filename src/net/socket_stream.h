// SocketStream: a connected TCP or Unix socket as a Stream.
//
// Takes over a non-blocking descriptor; plain recv and send on it, so a call costs one system call;
// lends pages where segments are large, over loopback (base/page_loan.h). The loop is asked only
// when a caller waits. SIGPIPE is never raised. TCP_NODELAY is set: the session gathers its writes
// itself. Errors are the system's codes. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <string>

#include "base/unique_fd.h"
#include "net/stream.h"

namespace wscope::net {

class SocketStream final : public Stream {
 public:
  SocketStream(asio::io_context& loop, UniqueFd socket);

  IoResult read_some(char* data, std::size_t size) override;
  IoResult read_on_loan(char* data, std::size_t size, PageLoan& loan) override;
  bool short_read_drains() const override { return true; }
  IoResult write_some(const char* data, std::size_t size) override;
  std::size_t in_transit() const override;
  IoResult shutdown_send() override;
  void async_wait(Readiness readiness, WaitHandler handler) override;
  void cancel() override;
  void close() override;
  std::string local_address() const override { return local_; }
  std::string peer_address() const override { return peer_; }
  std::string explain(std::error_code error) const override;

 private:
  IoResult receive(char* data, std::size_t size, int flags);

  asio::posix::stream_descriptor socket_;
  int fd_;  // of socket_, without its lookups; -1 once closed
  bool may_lend_ = false;
  std::string local_;
  std::string peer_;
};

}  // namespace wscope::net
