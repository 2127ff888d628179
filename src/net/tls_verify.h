// tls_verify: how the peer's certificates were checked, and what was wrong, in words.
//
// watch_verification() makes the handshake of one SSL note the first check that fails, the
// certificate and its place in the chain (0: the peer's own); unless it is enforced the handshake
// then goes on, so that -k can say what it ignored. check_staple() adds what a stapled OCSP
// response says. verification_error() turns the note into the Error that names check, certificate
// and the option that would change it. RFC 5280 6, RFC 6125, RFC 6066 8, RFC 6960.
// For the .cpp files of this folder only.
#pragma once

#include <string>

#include "base/error.h"
#include "net/openssl_handles.h"
#include "net/tls_peer.h"

namespace wscope::net {

struct Verification {
  bool enforced = true;
  std::string ca_file;  // empty: the system's store
  int code = 0;         // X509_V_ERR_… of the first failure; 0: none
  int depth = 0;
  CertificateHandle certificate;
  std::string staple;  // what is wrong with the stapled OCSP response; empty: nothing

  bool failed() const { return code != 0 || !staple.empty(); }
};

/// The note of this SSL, which owns it.
Verification& watch_verification(SSL* ssl, bool enforced, const std::string& ca_file);

/// OpenSSL's status callback for clients: 1 where nothing was stapled or it says "good".
int check_staple(SSL* ssl, void*);

/// "certificate (CN=localhost) expired on 2023-01-01 …": the part after "its".
std::string verification_in_words(const Verification& verification, const TlsPeer& peer);
Error verification_error(const Verification& verification, const TlsPeer& peer);

}  // namespace wscope::net
