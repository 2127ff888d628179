// Connector: from a Url to an open Stream: resolve, race addresses (RFC 8305), proxy, TLS.
//
// start() runs the steps on the loop and calls `done` exactly once, never from within start(), with
// the Stream ready for the HTTP request or with the Error of the stage that failed (it names every
// address tried). Each step is told to the sink as it happens. The caller owns the deadline:
// cancel() ends whatever step is under way and `done` is not called any more; stage_in_words() then
// tells what was being waited for. What TLS needs of files and of a person (net/tls_contexts.h) is
// had within start() of the first wss URL, which blocks. Loop thread only; `done` may destroy the
// connector or start it again. Destroy it before the loop.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "net/stream.h"
#include "net/tls_contexts.h"
#include "net/url.h"

namespace wscope::net {

class Connector {
 public:
  using Done = std::function<void(Result<std::unique_ptr<Stream>>)>;
  /// Of a URL: the user's, or another that a redirect leads to; our certificate and --servername
  /// are not for that.
  enum class Origin { kOfUser, kOther };

  /// `network` and `tls` must outlive the connector.
  Connector(asio::io_context& loop, const NetworkOptions& network, TlsContexts& tls,
            EventSink& sink);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  /// Where a person has to be asked (a key's passphrase), that is done now, and what is asked for
  /// wrongly is told; start() does it else.
  Result<void> prepare(const Url& url);
  void start(const Url& url, Done done, Origin origin = Origin::kOfUser);
  void cancel();
  /// Out of time: true where the end is known all the same (a proxy's refusal whose body doesn't
  /// end), and `done` was called with it; else nothing happened.
  bool give_up();
  /// Of the proxy that refused the tunnel, as on the wire; empty where none did. Of the last
  /// start().
  const std::string& refusing_head() const;
  /// "resolving localhost", "connecting to 127.0.0.1:80", "TLS handshake with …".
  std::string stage_in_words() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wscope::net
