#include "net/tls_handshake.h"

#include <openssl/err.h>

#include <algorithm>
#include <asio/post.hpp>
#include <chrono>
#include <new>
#include <utility>

#include "base/cause.h"
#include "base/escape.h"
#include "net/openssl_handles.h"
#include "net/socket_address.h"
#include "net/tls_certificate.h"
#include "net/tls_error.h"
#include "net/tls_stream.h"
#include "net/tls_verify.h"

namespace wscope::net {

struct TlsHandshake::Run : std::enable_shared_from_this<Run> {
  Run(std::shared_ptr<TlsContext> tls_context, TlsPeer tls_peer)
      : context(std::move(tls_context)), peer(std::move(tls_peer)) {}

  bool prepare_client(SSL* ssl);
  void step();
  Result<TlsEstablished> judge() const;
  Error error_of(std::error_code cause) const;
  std::string hint_of(std::error_code cause) const;

  std::shared_ptr<TlsContext> context;
  TlsPeer peer;
  std::unique_ptr<TlsStream> stream;
  Verification* verification = nullptr;  // owned by the SSL
  bool prepared = true;
  std::chrono::steady_clock::time_point began;
  Done done;
};

namespace {

std::string alpn_of(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return printable({reinterpret_cast<const char*>(name), size});
}

/// The first line of what a server said that doesn't speak TLS.
std::string first_line(std::string_view bytes) {
  return printable(bytes.substr(0, std::min(bytes.find_first_of("\r\n"), std::size_t{80})));
}

}  // namespace

/// False: the name can't be checked.
bool TlsHandshake::Run::prepare_client(SSL* ssl) {
  SSL_set_connect_state(ssl);
  if (const std::string& name = context->server_name(); !name.empty()) {
    peer.host = name;
    peer.is_ip = SocketAddress::literal(name, 0).has_value();
  }
  // "example.com." is the same host; certificates and SNI know no final dot (RFC 6066 3).
  if (!peer.is_ip && peer.host.size() > 1 && peer.host.back() == '.') peer.host.pop_back();
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl);
  SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  if (peer.is_ip) return X509_VERIFY_PARAM_set1_ip_asc(parameters, peer.host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set_tlsext_host_name(ssl, peer.host.c_str());
  return X509_VERIFY_PARAM_set1_host(parameters, peer.host.c_str(), 0) == 1;
}

void TlsHandshake::Run::step() {
  if (!prepared) {
    const std::string why = "can't check that the certificate is for " + printable(peer.host);
    return std::exchange(done, nullptr)(fail(Stage::kTls, why));
  }
  const IoResult result = stream->handshake();
  if (result.status == IoResult::Status::kAgain) {
    stream->async_wait(Readiness::kRead, [weak = weak_from_this()](std::error_code error) {
      const auto run = weak.lock();
      if (!run || !run->done) return;
      if (error) {
        std::exchange(run->done, nullptr)(fail(run->error_of(error)));
      } else {
        run->step();
      }
    });
    return;
  }
  Done handler = std::exchange(done, nullptr);
  if (result.status == IoResult::Status::kFailed) return handler(fail(error_of(result.error)));
  auto established = judge();
  if (!established) return handler(fail(established.error()));
  handler(Secured{std::move(stream), std::move(*established)});
}

Result<TlsEstablished> TlsHandshake::Run::judge() const {
  // Whoever asked for the keys can't read this connection without them.
  if (const int fault = context->key_log_fault(); fault != 0) {
    return fail(Stage::kOutput, "can't write the keys of --keylog: " + cause_of(fault));
  }
  SSL* ssl = stream->native();
  const CertificateHandle certificate(SSL_get1_peer_certificate(ssl));
  TlsEstablished out;
  out.version = SSL_get_version(ssl);
  out.cipher = SSL_get_cipher_name(ssl);
  out.alpn = alpn_of(ssl);
  if (certificate) {
    out.subject = subject_of(certificate.get());
    out.issuer = issuer_of(certificate.get());
    out.not_before = rfc3339(X509_get0_notBefore(certificate.get()));
    out.not_after = rfc3339(X509_get0_notAfter(certificate.get()));
  }
  if (const auto& pins = context->pins(); !pins.empty()) {
    if (!certificate) {
      return fail(Stage::kTls, peer.shown + " shows no certificate: no key is the pinned one");
    }
    const std::string pin = pin_of(certificate.get());
    if (std::find(pins.begin(), pins.end(), pin) == pins.end()) {
      return fail(Stage::kTls,
                  "the public key of " + peer.shown + " is not the pinned one: it is " + pin,
                  "--pin takes this value, where the new key is the right one");
    }
  }
  out.verified = certificate != nullptr && verification->enforced;
  if (!verification->enforced) {
    const bool proxy = peer.role == TlsPeer::Role::kProxy;
    out.verify_note = std::string("not checked (") + (proxy ? "--proxy-insecure" : "-k") + ")";
    out.verify_note += verification->failed()
                           ? ": its " + verification_in_words(*verification, peer)
                           : ", nothing was wrong";
  }
  const auto elapsed = std::chrono::steady_clock::now() - began;
  out.seconds = std::chrono::duration<double>(elapsed).count();
  return out;
}

Error TlsHandshake::Run::error_of(std::error_code cause) const {
  if (verification->enforced && verification->failed()) {
    Error error = verification_error(*verification, peer);
    error.transient = false;
    return error;
  }
  std::string message = "TLS handshake with " + peer.shown + " failed: ";
  if (cause == TlsErrc::kPlainText) {
    message += peer.role == TlsPeer::Role::kClient ? "the client sent plain text: \""
                                                   : "the server answered in plain text: \"";
    message += first_line(stream->first_bytes()) + '"';
  } else {
    message += stream->explain(cause);
  }
  // A balancer that restarts cuts connections: that is no judgement.
  const bool broke = cause == TlsErrc::kEndedInHandshake || !is_tls_error(cause);
  return {Stage::kTls, std::move(message), hint_of(cause), {}, broke};
}

std::string TlsHandshake::Run::hint_of(std::error_code cause) const {
  switch (peer.role) {
    case TlsPeer::Role::kClient:
      return {};
    case TlsPeer::Role::kProxy:
      if (cause.category() == tls_category()) {
        return "is it a plain HTTP proxy? --proxy http://HOST:PORT";
      }
      break;
    case TlsPeer::Role::kServer:
      break;
  }
  return stream->hint(cause);
}

TlsHandshake::TlsHandshake(asio::io_context& loop, std::shared_ptr<TlsContext> context,
                           std::unique_ptr<Stream> lower, TlsPeer peer)
    : run_(std::make_shared<Run>(context, std::move(peer))) {
  SSL* ssl = SSL_new(context->native());
  if (ssl == nullptr) throw std::bad_alloc();
  const bool enforced = context->verify();
  const std::string ca_file = context->ca_file();
  run_->stream = std::make_unique<TlsStream>(loop, std::move(lower), ssl, std::move(context));
  run_->verification = &watch_verification(ssl, enforced, ca_file);
  if (run_->peer.role == TlsPeer::Role::kClient) {
    SSL_set_accept_state(ssl);
  } else {
    run_->prepared = run_->prepare_client(ssl);
  }
}

TlsHandshake::~TlsHandshake() = default;

void TlsHandshake::start(Done done) {
  run_->began = std::chrono::steady_clock::now();
  run_->done = std::move(done);
  asio::post(run_->stream->loop(), [weak = run_->weak_from_this()] {
    if (const auto run = weak.lock()) run->step();
  });
}

}  // namespace wscope::net
