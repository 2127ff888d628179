#include "net/tls_verify.h"

#include <cstdlib>

#include "base/cause.h"
#include "net/tls_certificate.h"

namespace wscope::net {
namespace {

constexpr long kClockSkew = 300;  // seconds, around an OCSP response's times

void free_verification(void*, void* verification, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Verification*>(verification);
}

int verification_index() {
  // Owned by the SSL: a server that renegotiates runs the check again, long after the handshake.
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_verification);
  return index;
}

Verification* verification_of(SSL* ssl) {
  return static_cast<Verification*>(SSL_get_ex_data(ssl, verification_index()));
}

int on_certificate(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  Verification* found = verification_of(ssl);
  if (found->code == 0) {
    found->code = X509_STORE_CTX_get_error(context);
    found->depth = X509_STORE_CTX_get_error_depth(context);
    X509* certificate = X509_STORE_CTX_get_current_cert(context);
    if (certificate != nullptr && X509_up_ref(certificate) == 1) {
      found->certificate.reset(certificate);
    }
  }
  return found->enforced ? 0 : 1;
}

std::string ago(int days) {
  if (days == 0) return "today";
  const std::string count =
      std::to_string(std::abs(days)) + (std::abs(days) == 1 ? " day" : " days");
  return days < 0 ? count + " ago" : "in " + count;
}

/// "certificate (CN=x)" or "chain's link 1 (CN=x)": what follows "its".
std::string which(const Verification& found) {
  const std::string subject = found.certificate ? subject_of(found.certificate.get()) : "unknown";
  if (found.depth == 0) return "certificate (" + subject + ")";
  return "issuer's certificate (" + subject + ", link " + std::to_string(found.depth) +
         " of the chain)";
}

std::string trusted_ones(const Verification& found) {
  return found.ca_file.empty() ? "among the system's trusted ones" : "in " + found.ca_file;
}

std::string what_is_wrong(const Verification& found, const TlsPeer& peer) {
  const X509* certificate = found.certificate.get();
  switch (found.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED: {
      const ASN1_TIME* end = X509_get0_notAfter(certificate);
      return " expired on " + time_in_words(end) + ", " + ago(days_from_now(end));
    }
    case X509_V_ERR_CERT_NOT_YET_VALID: {
      const ASN1_TIME* begin = X509_get0_notBefore(certificate);
      return " is not valid before " + time_in_words(begin) + ", " + ago(days_from_now(begin));
    }
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return " is self-signed and not " + trusted_ones(found);
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return " is the root of the chain and not " + trusted_ones(found);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return " is issued by \"" + issuer_of(certificate) + "\", which is not " +
             trusted_ones(found);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: {
      const std::string names = names_of(certificate);
      return " is for " + (names.empty() ? "no name at all" : names) +
             (peer.is_ip ? ", not for the address " : ", not for ") + peer.host;
    }
    case X509_V_ERR_INVALID_PURPOSE:
      return peer.role == TlsPeer::Role::kClient ? " is not one for a TLS client"
                                                 : " is not one for a TLS server";
    case X509_V_ERR_CERT_REVOKED:
      return " was revoked";
    default:
      return std::string(": ") + lower_first(X509_verify_cert_error_string(found.code));
  }
}

std::string hint_for(const Verification& found, const TlsPeer& peer) {
  if (peer.role == TlsPeer::Role::kClient) return {};
  const bool proxy = peer.role == TlsPeer::Role::kProxy;
  const std::string trust = proxy ? "--proxy-ca FILE" : "--ca FILE";
  const std::string blind =
      (proxy ? "--proxy-insecure" : "-k") + std::string(" connects without checking");
  if (!found.staple.empty()) return blind;
  switch (found.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "is this machine's clock right? " + blind;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return trust + " with that certificate trusts it, " + blind;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return trust + " with that root trusts it, " + blind;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return trust +
             " with the issuer's certificate trusts it (or the server doesn't send its "
             "intermediate ones), " +
             blind;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      if (proxy) return blind;
      return "--servername NAME asks for, and expects, another name; " + blind;
    default:
      return blind;
  }
}

/// The status of the peer's certificate in a basic response that is signed properly.
std::string status_failure(STACK_OF(X509) * chain, OCSP_BASICRESP* basic) {
  X509* certificate = sk_X509_value(chain, 0);
  X509* issuer = sk_X509_value(chain, sk_X509_num(chain) > 1 ? 1 : 0);
  for (const EVP_MD* hash : {EVP_sha1(), EVP_sha256()}) {
    const OcspIdHandle id(OCSP_cert_to_id(hash, certificate, issuer));
    int status = 0;
    int reason = 0;
    ASN1_GENERALIZEDTIME* revoked = nullptr;
    ASN1_GENERALIZEDTIME* begin = nullptr;
    ASN1_GENERALIZEDTIME* end = nullptr;
    if (OCSP_resp_find_status(basic, id.get(), &status, &reason, &revoked, &begin, &end) != 1) {
      continue;
    }
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
      return "says that it was revoked on " + time_in_words(revoked) +
             (reason >= 0 ? std::string(" (") + OCSP_crl_reason_str(reason) + ")" : "");
    }
    if (OCSP_check_validity(begin, end, kClockSkew, -1) != 1) {
      return "is out of date (" + time_in_words(begin) + " to " + time_in_words(end) + ")";
    }
    return status == V_OCSP_CERTSTATUS_GOOD ? "" : "says that its status is unknown";
  }
  return "is about another certificate";
}

/// Who issued the peer's certificate is unknown where that one is trusted itself.
bool has_no_issuer(STACK_OF(X509) * chain) {
  if (chain == nullptr || sk_X509_num(chain) == 0) return true;
  return sk_X509_num(chain) == 1 && X509_self_signed(sk_X509_value(chain, 0), 0) != 1;
}

std::string staple_failure(SSL* ssl) {
  const unsigned char* bytes = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
  // Not the chain that the peer sent: it may lack what is trusted, which may have signed.
  STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  if (bytes == nullptr || size <= 0 || has_no_issuer(chain)) return {};
  const OcspResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &bytes, size));
  if (!response) return "can't be read";
  // "try later" and the like say nothing about the certificate.
  if (OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) return {};
  const OcspBasicHandle basic(OCSP_response_get1_basic(response.get()));
  if (!basic) return "can't be read";
  X509_STORE* store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
  if (OCSP_basic_verify(basic.get(), chain, store, 0) != 1) {
    return "isn't signed by the certificate's issuer";
  }
  return status_failure(chain, basic.get());
}

}  // namespace

Verification& watch_verification(SSL* ssl, bool enforced, const std::string& ca_file) {
  auto* verification = new Verification;
  verification->enforced = enforced;
  verification->ca_file = ca_file;
  SSL_set_ex_data(ssl, verification_index(), verification);
  SSL_set_verify(ssl, SSL_get_verify_mode(ssl), on_certificate);
  return *verification;
}

int check_staple(SSL* ssl, void*) {
  Verification* found = verification_of(ssl);
  // With -k the chain may be anything; a response can't be judged by it.
  if (found == nullptr || !found->enforced || found->failed()) return 1;
  found->staple = staple_failure(ssl);
  if (found->staple.empty()) return 1;
  found->certificate.reset(SSL_get1_peer_certificate(ssl));
  return 0;
}

std::string verification_in_words(const Verification& verification, const TlsPeer& peer) {
  return which(verification) + (verification.staple.empty()
                                    ? what_is_wrong(verification, peer)
                                    : ": the stapled OCSP response " + verification.staple);
}

Error verification_error(const Verification& verification, const TlsPeer& peer) {
  return {Stage::kTls,
          "can't verify " + peer.shown + ": its " + verification_in_words(verification, peer),
          hint_for(verification, peer),
          {}};
}

}  // namespace wscope::net
