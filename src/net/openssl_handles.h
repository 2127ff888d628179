// Owning handles of OpenSSL's objects. For the .cpp files of this folder only: it includes OpenSSL.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace wscope::net {

template <auto Free>
struct OpensslDelete {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BioHandle = std::unique_ptr<BIO, OpensslDelete<BIO_free_all>>;
using CertificateHandle = std::unique_ptr<X509, OpensslDelete<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslDelete<EVP_PKEY_free>>;
using Pkcs12Handle = std::unique_ptr<PKCS12, OpensslDelete<PKCS12_free>>;
using SslHandle = std::unique_ptr<SSL, OpensslDelete<SSL_free>>;
using SslContextHandle = std::unique_ptr<SSL_CTX, OpensslDelete<SSL_CTX_free>>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, OpensslDelete<GENERAL_NAMES_free>>;
using OcspResponseHandle = std::unique_ptr<OCSP_RESPONSE, OpensslDelete<OCSP_RESPONSE_free>>;
using OcspBasicHandle = std::unique_ptr<OCSP_BASICRESP, OpensslDelete<OCSP_BASICRESP_free>>;
using OcspIdHandle = std::unique_ptr<OCSP_CERTID, OpensslDelete<OCSP_CERTID_free>>;

}  // namespace wscope::net
