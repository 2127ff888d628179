// Certificates for the tests of net/: made with OpenSSL's API into a temporary folder.
#pragma once

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"

namespace test {

struct Certificate {
  X509* x509 = nullptr;
  EVP_PKEY* key = nullptr;

  Certificate() = default;
  Certificate(Certificate&& other) noexcept { *this = std::move(other); }
  Certificate& operator=(Certificate&& other) noexcept {
    std::swap(x509, other.x509);
    std::swap(key, other.key);
    return *this;
  }
  ~Certificate() {
    X509_free(x509);
    EVP_PKEY_free(key);
  }

  std::string pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, x509);
    return taken(out);
  }
  std::string key_pem(const char* passphrase = nullptr) const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(out, key, passphrase != nullptr ? EVP_aes_256_cbc() : nullptr,
                                  nullptr, 0, nullptr, const_cast<char*>(passphrase));
    return taken(out);
  }
  std::string pkcs12(const char* passphrase) const {
    PKCS12* p12 = PKCS12_create(passphrase, "test", key, x509, nullptr, 0, 0, 0, 0, 0);
    BIO* out = BIO_new(BIO_s_mem());
    i2d_PKCS12_bio(out, p12);
    PKCS12_free(p12);
    return taken(out);
  }

 private:
  static std::string taken(BIO* out) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(out);
    return text;
  }
};

struct CertificateSpec {
  std::string common_name = "localhost";
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";  // "" for none
  int begins_in_days = -1;
  int ends_in_days = 30;
  bool ca = false;
  std::string usage;  // extendedKeyUsage, "" for none
};

inline void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Signed by `issuer`, or by itself.
inline Certificate make_certificate(const CertificateSpec& spec,
                                    const Certificate* issuer = nullptr) {
  static long serial = 1000;
  Certificate out;
  out.key = EVP_EC_gen("P-256");
  out.x509 = X509_new();
  X509_set_version(out.x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(out.x509), 86400L * spec.begins_in_days);
  X509_gmtime_adj(X509_getm_notAfter(out.x509), 86400L * spec.ends_in_days);
  X509_set_pubkey(out.x509, out.key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(out.x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(spec.common_name.c_str()), -1,
                             -1, 0);
  X509* signer = issuer != nullptr ? issuer->x509 : out.x509;
  X509_set_issuer_name(out.x509, X509_get_subject_name(signer));
  extend(out.x509, signer, NID_basic_constraints, spec.ca ? "critical,CA:TRUE" : "CA:FALSE");
  extend(out.x509, signer, NID_subject_key_identifier, "hash");
  extend(out.x509, signer, NID_subject_alt_name, spec.names);
  extend(out.x509, signer, NID_ext_key_usage, spec.usage);
  X509_sign(out.x509, issuer != nullptr ? issuer->key : out.key, EVP_sha256());
  return out;
}

inline Certificate make_authority(const std::string& name, const Certificate* issuer = nullptr) {
  CertificateSpec spec;
  spec.common_name = name;
  spec.names = "";
  spec.ca = true;
  return make_certificate(spec, issuer);
}

}  // namespace test
