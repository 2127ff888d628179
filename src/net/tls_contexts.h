// TlsContexts: the contexts that the handshakes of a run share, each made when first needed.
//
// Servers and proxies are trusted for different reasons (--ca and --proxy-ca, --insecure and
// --proxy-insecure). Our certificate and --servername are for the server that the user named; where
// a redirect led to another, neither goes along, but the same keys are trusted (--pin: it only ever
// refuses, and with -k it is all that does). However many connections a run makes, files are read
// and a passphrase is asked for once: the calls block for that, and what fails is Stage::kUsage.
// Asked again after a failure, they try again. Loop thread only.
#pragma once

#include <memory>

#include "base/error.h"
#include "base/options.h"

namespace wscope::net {

class TlsContext;

class TlsContexts {
 public:
  /// `options` must outlive it.
  explicit TlsContexts(const TlsOptions& options) : options_(options) {}
  TlsContexts(const TlsContexts&) = delete;
  TlsContexts& operator=(const TlsContexts&) = delete;

  Result<std::shared_ptr<TlsContext>> for_server();
  Result<std::shared_ptr<TlsContext>> for_other_server();
  Result<std::shared_ptr<TlsContext>> for_proxy();

 private:
  const TlsOptions& options_;
  std::shared_ptr<TlsContext> server_;
  std::shared_ptr<TlsContext> other_server_;
  std::shared_ptr<TlsContext> proxy_;
};

}  // namespace wscope::net
