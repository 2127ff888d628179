#include "net/tls_contexts.h"

#include <utility>

#include "net/tls_context.h"

namespace wscope::net {
namespace {

/// Without who the server is that the user named, and who we are to it.
TlsOptions options_for_other_server(TlsOptions tls) {
  tls.server_name.clear();
  tls.cert_file.clear();
  tls.key_file.clear();
  return tls;
}

/// What of the TLS options is about the proxy.
TlsOptions options_for_proxy(const TlsOptions& of_run) {
  TlsOptions tls = options_for_other_server(of_run);
  tls.verify = tls.verify_proxy;
  tls.ca_file = tls.proxy_ca_file;
  tls.pin.clear();
  return tls;
}

Result<std::shared_ptr<TlsContext>> keep(std::shared_ptr<TlsContext>& place,
                                         Result<std::shared_ptr<TlsContext>> made) {
  if (made) place = *made;
  return made;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContexts::for_server() {
  if (server_) return server_;
  return keep(server_, TlsContext::create(options_, TlsContext::Role::kClient));
}

Result<std::shared_ptr<TlsContext>> TlsContexts::for_other_server() {
  if (other_server_) return other_server_;
  return keep(other_server_,
              TlsContext::create(options_for_other_server(options_), TlsContext::Role::kClient));
}

Result<std::shared_ptr<TlsContext>> TlsContexts::for_proxy() {
  if (proxy_) return proxy_;
  return keep(proxy_,
              TlsContext::create(options_for_proxy(options_), TlsContext::Role::kProxyClient));
}

}  // namespace wscope::net
