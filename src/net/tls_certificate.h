// tls_certificate: what a certificate says, in words that are safe to print.
//
// Names come from the peer: everything that is not printable ASCII is escaped (RFC 4514 style).
// Times are UTC. Pure but for `days_from_now`. For the .cpp files of this folder only.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace wscope::net {

/// "CN=localhost, O=Example"; "(no subject)" where it is empty.
std::string subject_of(const X509* certificate);
std::string issuer_of(const X509* certificate);
/// The names and addresses that it is for: "a.example, *.b.example, 127.0.0.1"; the common name
/// where there is no subjectAltName (RFC 6125); at most `limit` names, then "and 7 more".
std::string names_of(const X509* certificate, std::size_t limit = 8);

/// "2030-01-01T00:00:00Z", and "2030-01-01 00:00:00 UTC".
std::string rfc3339(const ASN1_TIME* time);
std::string time_in_words(const ASN1_TIME* time);
/// Whole days from now to `time`: negative when it is past.
int days_from_now(const ASN1_TIME* time);

/// "sha256//BASE64" of the public key, as --pin takes it (RFC 7469 2.4).
std::string pin_of(const X509* certificate);

}  // namespace wscope::net
