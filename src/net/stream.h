// Stream: a byte stream that never blocks: a socket, or TLS over another Stream.
//
// read_some and write_some move what can be moved now and say kAgain when the caller must wait;
// async_wait calls its handler once, on the loop thread and never from within async_wait, when the
// stream may be tried again. After write_some said kAgain the next write begins with the same bytes
// (more may follow them, and they may have moved). One wait for reading and one for writing may be
// pending at a time; cancel() ends both (the handlers are called with operation_aborted). Used on
// the loop thread only. The owner of a Stream cancels and drains before it destroys it; handlers of
// a destroyed stream are dropped or called with operation_aborted.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/page_loan.h"

namespace wscope::net {

struct IoResult {
  enum class Status {
    kOk,      // `bytes` were moved, at least 1
    kAgain,   // nothing can be moved now
    kEnd,     // reading only: the peer ended its side properly (FIN, close_notify)
    kFailed,  // `error` tells
  };
  Status status = Status::kAgain;
  std::size_t bytes = 0;
  std::error_code error;
};

enum class Readiness { kRead, kWrite };

class Stream {
 public:
  using WaitHandler = std::function<void(std::error_code)>;

  virtual ~Stream() = default;
  virtual IoResult read_some(char* data, std::size_t size) = 0;
  /// True where a read that did not fill the buffer has taken all there was, so that another try
  /// before async_wait() would be a wasted call: sockets, but not TLS with its records.
  virtual bool short_read_drains() const { return false; }
  /// read_some() for who may pass the bytes on: a stream that can opens `loan` for them, where one
  /// is wanted. The caller ends it when they have been used, before the next read.
  virtual IoResult read_on_loan(char* data, std::size_t size, PageLoan& /*loan*/) {
    return read_some(data, size);
  }
  virtual IoResult write_some(const char* data, std::size_t size) = 0;
  /// Bytes that the system has taken and the peer's has not, as far as it tells; megabytes, where a
  /// peer reads slowly.
  virtual std::size_t in_transit() const { return 0; }
  /// Ends our side (TLS close_notify, then FIN). kAgain: call again after a wait for writing.
  virtual IoResult shutdown_send() = 0;
  /// Waits until the operation of that kind is worth another try. TLS may wait for the other
  /// direction of its lower stream; the caller need not know.
  virtual void async_wait(Readiness readiness, WaitHandler handler) = 0;
  virtual void cancel() = 0;
  virtual void close() = 0;
  /// "127.0.0.1:51234", "[::1]:8765", "unix:/path".
  virtual std::string local_address() const = 0;
  virtual std::string peer_address() const = 0;
  /// Words for an error code of this stream ("connection reset by peer", "TLS: bad record mac").
  virtual std::string explain(std::error_code error) const { return error.message(); }
  /// What the user may do about it ("--cert FILE …"); empty for most.
  virtual std::string hint(std::error_code) const { return {}; }
  /// The stage such a failure belongs to: kTls where TLS itself failed (also after the handshake: a
  /// TLS 1.3 server refuses a client certificate only then), else kConnection.
  virtual Stage stage(std::error_code) const { return Stage::kConnection; }
};

}  // namespace wscope::net
