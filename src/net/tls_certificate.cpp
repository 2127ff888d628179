#include "net/tls_certificate.h"

#include <arpa/inet.h>

#include <array>
#include <ctime>
#include <new>

#include "base/byte_text.h"
#include "base/escape.h"
#include "net/openssl_handles.h"

namespace wscope::net {
namespace {

// RFC 2253 with ", " between the parts, the most specific first, and all bytes ≥ 0x80 escaped.
constexpr unsigned long kNameFlags = XN_FLAG_RFC2253 & ~XN_FLAG_SEP_MASK;

std::string name_in_words(const X509_NAME* name) {
  if (name == nullptr || X509_NAME_entry_count(name) == 0) return "(no subject)";
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out) throw std::bad_alloc();
  X509_NAME_print_ex(out.get(), name, 0, kNameFlags | XN_FLAG_SEP_CPLUS_SPC);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return printable({data, static_cast<std::size_t>(size)});
}

std::string formatted(const ASN1_TIME* time, const char* format) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return "(no time)";
  char buffer[64];
  return {buffer, std::strftime(buffer, sizeof buffer, format, &parts)};
}

std::string address_in_words(const ASN1_OCTET_STRING* address) {
  char buffer[INET6_ADDRSTRLEN] = "?";
  const int size = ASN1_STRING_length(address);
  const unsigned char* bytes = ASN1_STRING_get0_data(address);
  if (size == 4) inet_ntop(AF_INET, bytes, buffer, sizeof buffer);
  if (size == 16) inet_ntop(AF_INET6, bytes, buffer, sizeof buffer);
  return buffer;
}

std::string common_name_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  const ASN1_STRING* name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name));
  return printable({bytes, static_cast<std::size_t>(ASN1_STRING_length(name))});
}

}  // namespace

std::string subject_of(const X509* certificate) {
  return name_in_words(X509_get_subject_name(certificate));
}

std::string issuer_of(const X509* certificate) {
  return name_in_words(X509_get_issuer_name(certificate));
}

std::string names_of(const X509* certificate, std::size_t limit) {
  const NamesHandle names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string out;
  std::size_t shown = 0;
  std::size_t hidden = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS) {
      const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
      text = printable({bytes, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))});
    } else if (name->type == GEN_IPADD) {
      text = address_in_words(name->d.iPAddress);
    } else {
      continue;
    }
    if (shown == limit) {
      ++hidden;
      continue;
    }
    out += (shown++ == 0 ? "" : ", ") + text;
  }
  if (hidden > 0) out += " and " + std::to_string(hidden) + " more";
  return shown > 0 ? out : common_name_of(certificate);
}

std::string rfc3339(const ASN1_TIME* time) { return formatted(time, "%Y-%m-%dT%H:%M:%SZ"); }
std::string time_in_words(const ASN1_TIME* time) {
  return formatted(time, "%Y-%m-%d %H:%M:%S UTC");
}

int days_from_now(const ASN1_TIME* time) {
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, nullptr, time);
  return days;
}

std::string pin_of(const X509* certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  if (size <= 0) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned hash_size = 0;
  EVP_Digest(encoded, static_cast<std::size_t>(size), hash.data(), &hash_size, EVP_sha256(),
             nullptr);
  OPENSSL_free(encoded);
  return "sha256//" + base64_of({reinterpret_cast<const char*>(hash.data()), hash_size});
}

}  // namespace wscope::net
