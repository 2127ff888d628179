#include "net/tls_error.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/cause.h"

namespace wscope::net {
namespace {

class TlsCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    switch (static_cast<TlsErrc>(value)) {
      case TlsErrc::kTruncated:
        return "TLS: the connection was cut without close_notify";
      case TlsErrc::kEndedInHandshake:
        return "the peer closed the connection during the TLS handshake";
      case TlsErrc::kPlainText:
        return "the peer answered in plain text";
    }
    return "TLS failed";
  }
};

/// The alert's number where OpenSSL's code says that the peer sent one, else -1.
int alert_of(unsigned long code) {
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return -1;
  const int reason = ERR_GET_REASON(code);
  return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256
             ? reason - SSL_AD_REASON_OFFSET
             : -1;
}

/// OpenSSL 3.0 has no words for the alerts that came after TLS 1.1 (RFC 8446 6, RFC 7301, RFC
/// 7507).
std::string alert_in_words(int alert) {
  switch (alert) {
    case SSL_AD_INAPPROPRIATE_FALLBACK:
      return "inappropriate fallback";
    case SSL_AD_MISSING_EXTENSION:
      return "missing extension";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "certificate required";
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return "no application protocol";
    default:
      return SSL_alert_desc_string_long(alert);
  }
}

unsigned long packed(int value) { return static_cast<unsigned>(value); }

class OpensslCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "openssl"; }
  std::string message(int value) const override {
    const unsigned long code = packed(value);
    if (ERR_SYSTEM_ERROR(code)) return cause_of(ERR_GET_REASON(code));
    if (const int alert = alert_of(code); alert >= 0) {
      return "the peer sent the TLS alert \"" + alert_in_words(alert) + '"';
    }
    const char* reason = ERR_reason_error_string(code);
    if (reason == nullptr) return "TLS: error " + std::to_string(code);
    return std::string("TLS: ") + reason;
  }
};

std::string hint_for_alert(int alert) {
  switch (alert) {
    case SSL_AD_HANDSHAKE_FAILURE:
      return "no cipher or key in common, or it asks for a client certificate: try --cert FILE, "
             "--ciphers LIST or --servername NAME";
    case SSL3_AD_NO_CERTIFICATE:
    case TLS13_AD_CERTIFICATE_REQUIRED:
      return "the server asks for a client certificate: --cert FILE --key FILE";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
      return "the server doesn't accept the client certificate, or wants one: --cert FILE --key "
             "FILE";
    case SSL_AD_PROTOCOL_VERSION:
      return "no TLS version in common: see --tls-min and --tls-max";
    case SSL_AD_UNRECOGNIZED_NAME:
      return "the server doesn't know this name: --servername NAME";
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return "the server doesn't speak HTTP/1.1 on this port";
    default:
      return {};
  }
}

}  // namespace

const std::error_category& tls_category() {
  static const TlsCategory category;
  return category;
}

const std::error_category& openssl_category() {
  static const OpensslCategory category;
  return category;
}

std::error_code take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  return {static_cast<int>(static_cast<unsigned>(code)), openssl_category()};
}

bool is_tls_error(std::error_code error) {
  return error.category() == tls_category() || error.category() == openssl_category();
}

std::string tls_hint(std::error_code error) {
  if (error == TlsErrc::kPlainText) return "try ws:// instead of wss://";
  if (error == TlsErrc::kEndedInHandshake) {
    return "does this port speak TLS? if not, ws:// instead of wss://; it may also want "
           "--servername NAME or --cert FILE";
  }
  if (error.category() != openssl_category()) return {};
  const unsigned long code = packed(error.value());
  if (const int alert = alert_of(code); alert >= 0) return hint_for_alert(alert);
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return {};
  switch (ERR_GET_REASON(code)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return "no TLS version in common: see --tls-min and --tls-max";
    case SSL_R_WRONG_VERSION_NUMBER:
      return "does this port speak TLS? if not, ws:// instead of wss://";
    default:
      return {};
  }
}

}  // namespace wscope::net
