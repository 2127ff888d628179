// Acceptor: the listening side: a TCP (or Unix) socket that hands over Streams, with TLS if asked.
//
// open() binds at once (Stage::kConnect on failure, naming address and cause; port 0 takes any free
// one); start() calls `accepted` for each connection, after the TLS handshake where there is one
// (a peer that fails or stalls it for `handshake_timeout` seconds is dropped and told to `failed`).
// Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/options.h"
#include "net/stream.h"

namespace wscope::net {

class Acceptor {
 public:
  using Accepted = std::function<void(std::unique_ptr<Stream>)>;
  using Failed = std::function<void(Error)>;

  /// `address` is [HOST:]PORT (host defaults to 127.0.0.1) or unix:PATH; TLS when cert_file is set.
  static Result<std::unique_ptr<Acceptor>> open(asio::io_context& loop, const std::string& address,
                                                const TlsOptions& tls, double handshake_timeout);
  ~Acceptor();
  void start(Accepted accepted, Failed failed);
  void stop();
  /// "127.0.0.1:8765", "[::1]:8765", "unix:/path".
  std::string local_address() const;
  std::uint16_t port() const;
  bool secure() const;

 private:
  class Impl;
  explicit Acceptor(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with its waits, weakly
};

}  // namespace wscope::net
