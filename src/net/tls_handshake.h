// TlsHandshake: a Stream → a Stream under TLS, as client or as server.
//
// start() runs the handshake (RFC 8446 2) over the stream it takes over and calls `done` once, on
// the loop, never from within start(): with the TLS stream and what was agreed, or with the Error
// (Stage::kTls), which names the failed check or what the peer said instead of TLS. Destroying it
// ends the handshake and `done` is not called. No deadline of its own. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/event_sink.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "net/tls_peer.h"

namespace wscope::net {

class TlsHandshake {
 public:
  struct Secured {
    std::unique_ptr<Stream> stream;
    TlsEstablished established;
  };
  using Done = std::function<void(Result<Secured>)>;

  /// The peer's role decides ours; the context is of the same.
  TlsHandshake(asio::io_context& loop, std::shared_ptr<TlsContext> context,
               std::unique_ptr<Stream> lower, TlsPeer peer);
  ~TlsHandshake();
  void start(Done done);

 private:
  struct Run;
  std::shared_ptr<Run> run_;
};

}  // namespace wscope::net
