// TlsContexts: the contexts that the handshakes of a run share, each made when first needed.
//
// Servers and proxies are trusted for different reasons (--ca and --proxy-ca, --insecure and
// --proxy-insecure), and only a server is shown our certificate. However many connections a run
// makes, files are read and a passphrase is asked for once: for_server() and for_proxy() block for
// that, and what fails is Stage::kUsage. Asked again after a failure, they try again. Loop thread
// only.
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
  Result<std::shared_ptr<TlsContext>> for_proxy();

 private:
  const TlsOptions& options_;
  std::shared_ptr<TlsContext> server_;
  std::shared_ptr<TlsContext> proxy_;
};

}  // namespace wscope::net
