// TlsStream: TLS over any Stream (a socket, or the TLS of a proxy), driven by its owner.
//
// A custom BIO reads and writes the lower stream directly, so records are decrypted into the
// caller's buffer and nothing is copied twice; several records are taken from one system call.
// handshake() is tried until it is kOk or kFailed, waiting with async_wait(kRead) on kAgain (the
// stream knows which direction it is waiting for). close_notify is kEnd; an end without it is
// kFailed with TlsErrc::kTruncated, since bytes may be missing (RFC 8446 6.1). Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream.h"

struct ssl_st;

namespace wscope::net {

class TlsStream final : public Stream {
 public:
  /// Takes over `ssl`, whose role (SSL_set_connect_state …) is set already. `context` is what its
  /// callbacks need; it lives as long as the stream.
  TlsStream(asio::io_context& loop, std::unique_ptr<Stream> lower, ssl_st* ssl,
            std::shared_ptr<const void> context);
  ~TlsStream() override;

  IoResult handshake();
  IoResult read_some(char* data, std::size_t size) override;
  IoResult write_some(const char* data, std::size_t size) override;
  std::size_t in_transit() const override;
  IoResult shutdown_send() override;
  void async_wait(Readiness readiness, WaitHandler handler) override;
  void cancel() override;
  void close() override;
  std::string local_address() const override;
  std::string peer_address() const override;
  std::string explain(std::error_code error) const override;
  std::string hint(std::error_code error) const override;
  Stage stage(std::error_code error) const override;

  ssl_st* native() const;
  asio::io_context& loop() const;
  /// The peer's first bytes, as long as the handshake lasts: what a server that doesn't speak TLS
  /// said. At most 256.
  std::string_view first_bytes() const;

 private:
  struct Core;
  std::shared_ptr<const void> context_;
  std::shared_ptr<Core> core_;  // shared with the handlers of the lower stream's waits, weakly
};

}  // namespace wscope::net
