// tls_error: failures of TLS as std::error_code, and their words.
//
// Two categories: our own few (TlsErrc) and whatever OpenSSL puts into its error queue, whose
// packed code is the value. take_openssl_error() empties the thread's queue and returns its first
// entry, which is the cause; the later ones are consequences. Words are lower case and one line. An
// alert of the peer reads as what the peer said: `the peer sent the alert "unknown ca"` (RFC 8446
// 6).
#pragma once

#include <string>
#include <system_error>

namespace wscope::net {

enum class TlsErrc {
  kTruncated = 1,     // the connection ended without close_notify (RFC 8446 6.1)
  kEndedInHandshake,  // the peer closed before the handshake was done
  kPlainText,         // the peer doesn't speak TLS
};

const std::error_category& tls_category();
const std::error_category& openssl_category();
inline std::error_code make_error_code(TlsErrc code) {
  return {static_cast<int>(code), tls_category()};
}

std::error_code take_openssl_error();
bool is_tls_error(std::error_code error);
/// The option that may help against an alert or a failed negotiation; empty for most.
std::string tls_hint(std::error_code error);

}  // namespace wscope::net

template <>
struct std::is_error_code_enum<wscope::net::TlsErrc> : std::true_type {};
