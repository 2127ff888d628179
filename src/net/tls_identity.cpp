#include "net/tls_identity.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include <cstring>
#include <optional>
#include <utility>

#include "base/ask_secret.h"
#include "base/read_file.h"
#include "net/openssl_handles.h"
#include "net/tls_error.h"

namespace wscope::net {
namespace {

constexpr std::size_t kMaxFile = std::size_t{16} << 20;
constexpr int kQuestions = 3;  // how often a passphrase typed wrong may be typed again

struct Identity {
  CertificateHandle certificate;
  std::vector<CertificateHandle> chain;
  KeyHandle key;
};

/// The passphrase of one file: as given, or asked for when first needed.
class Passphrase {
 public:
  Passphrase(const TlsOptions& options, std::string file)
      : given_(options.passphrase), file_(std::move(file)) {}

  Result<std::string> get() {
    needed_ = true;
    if (given_) return *given_;
    return ask_secret("passphrase of " + file_ + ": ", "--passphrase TEXT, or --passphrase @FILE");
  }
  bool needed() const { return needed_; }
  bool may_ask_again() { return !given_ && ++asked_ < kQuestions; }

 private:
  std::optional<std::string> given_;
  std::string file_;
  bool needed_ = false;
  int asked_ = 0;
};

BioHandle memory(const std::string& bytes) {
  return BioHandle(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

bool is_pem(const std::string& bytes) { return bytes.find("-----BEGIN ") != std::string::npos; }

tl::unexpected<Error> unreadable(const std::string& what, const std::string& path,
                                 const std::string& why, std::string hint = {}) {
  return fail(Stage::kUsage, "can't read " + what + " " + path + ": " + why, std::move(hint));
}

struct PemQuestion {
  Passphrase* passphrase;
  std::optional<Error> error;
};

int answer_pem(char* buffer, int size, int, void* data) {
  auto* question = static_cast<PemQuestion*>(data);
  // OpenSSL asks again where one of its readers had no answer; a person has given it.
  if (question->error) return -1;
  const auto text = question->passphrase->get();
  if (!text) {
    question->error = text.error();
    return -1;
  }
  if (text->size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, text->data(), text->size());
  return static_cast<int>(text->size());
}

Result<KeyHandle> read_key(const std::string& bytes, const std::string& path,
                           const TlsOptions& options) {
  if (!is_pem(bytes)) {
    const BioHandle in = memory(bytes);
    KeyHandle key(d2i_PrivateKey_bio(in.get(), nullptr));
    ERR_clear_error();
    if (!key) return unreadable("key", path, "neither PEM nor DER");
    return key;
  }
  Passphrase passphrase(options, path);
  for (;;) {
    PemQuestion question{&passphrase, {}};
    const BioHandle in = memory(bytes);
    KeyHandle key(PEM_read_bio_PrivateKey(in.get(), nullptr, answer_pem, &question));
    const std::error_code cause = take_openssl_error();
    if (key) return key;
    if (question.error) return fail(*question.error);
    if (!passphrase.needed()) {
      if (bytes.find("PRIVATE KEY-----") == std::string::npos) {
        return unreadable("key", path, "there is no private key in it",
                          "--key FILE names the file with the key");
      }
      return unreadable("key", path, cause.message());
    }
    if (!passphrase.may_ask_again()) return unreadable("key", path, "the passphrase is wrong");
  }
}

Result<Identity> read_pem(const std::string& bytes, const std::string& path) {
  const BioHandle in = memory(bytes);
  Identity out;
  out.certificate.reset(PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr));
  if (!out.certificate) {
    ERR_clear_error();
    return unreadable("certificate", path, "there is no certificate in it");
  }
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    out.chain.emplace_back(next);
  }
  ERR_clear_error();  // the end of the file is an entry there
  return out;
}

/// Algorithms of old PKCS#12 files (RC2, 3DES) live in a provider of their own since OpenSSL 3.
using ProviderHandle = std::unique_ptr<OSSL_PROVIDER, OpensslDelete<OSSL_PROVIDER_unload>>;
ProviderHandle load_legacy_provider() {
  constexpr int kKeepDefault = 1;
  return ProviderHandle(OSSL_PROVIDER_try_load(nullptr, "legacy", kKeepDefault));
}

Result<Identity> unpack_pkcs12(PKCS12* file, const std::string& path, const char* passphrase) {
  ProviderHandle legacy;
  for (;;) {
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* chain = nullptr;
    if (PKCS12_parse(file, passphrase, &key, &certificate, &chain) == 1) {
      Identity out;
      out.key.reset(key);
      out.certificate.reset(certificate);
      while (sk_X509_num(chain) > 0) out.chain.emplace_back(sk_X509_shift(chain));
      sk_X509_free(chain);
      if (!out.certificate) return unreadable("certificate", path, "there is no certificate in it");
      return out;
    }
    const std::error_code cause = take_openssl_error();
    const bool old = ERR_GET_REASON(static_cast<unsigned>(cause.value())) == ERR_R_UNSUPPORTED;
    if (!old) return unreadable("certificate", path, cause.message());
    if (legacy || !(legacy = load_legacy_provider())) {
      ERR_clear_error();
      return unreadable("certificate", path, "its encryption is too old for OpenSSL 3",
                        "`openssl pkcs12 -legacy -in FILE -nodes` turns it into PEM");
    }
  }
}

Result<Identity> read_pkcs12(PKCS12* file, const std::string& path, const TlsOptions& options) {
  if (PKCS12_verify_mac(file, nullptr, 0) == 1) return unpack_pkcs12(file, path, nullptr);
  if (PKCS12_verify_mac(file, "", 0) == 1) return unpack_pkcs12(file, path, "");
  Passphrase passphrase(options, path);
  for (;;) {
    const auto text = passphrase.get();
    if (!text) return fail(text.error());
    if (PKCS12_verify_mac(file, text->c_str(), -1) == 1) {
      return unpack_pkcs12(file, path, text->c_str());
    }
    ERR_clear_error();
    if (!passphrase.may_ask_again()) {
      return unreadable("certificate", path, "the passphrase is wrong");
    }
  }
}

Result<Identity> read_identity(const std::string& bytes, const TlsOptions& options) {
  const std::string& path = options.cert_file;
  if (is_pem(bytes)) return read_pem(bytes, path);
  const BioHandle in = memory(bytes);
  if (const Pkcs12Handle file(d2i_PKCS12_bio(in.get(), nullptr)); file) {
    return read_pkcs12(file.get(), path, options);
  }
  const BioHandle again = memory(bytes);
  Identity out;
  out.certificate.reset(d2i_X509_bio(again.get(), nullptr));
  ERR_clear_error();
  if (!out.certificate) return unreadable("certificate", path, "neither PEM, PKCS#12 nor DER");
  return out;
}

}  // namespace

Result<std::string> read_tls_file(const std::string& path, const std::string& what) {
  return read_file(path, what + " " + path, {kMaxFile, "it is too large"});
}

Result<void> load_identity(ssl_ctx_st* context, const TlsOptions& options) {
  if (options.cert_file.empty()) {
    if (options.key_file.empty()) return {};
    return fail(Stage::kUsage, "--key needs --cert: a key alone identifies nobody");
  }
  const auto bytes = read_tls_file(options.cert_file, "certificate");
  if (!bytes) return fail(bytes.error());
  auto identity = read_identity(*bytes, options);
  if (!identity) return fail(identity.error());

  const bool own_file = !options.key_file.empty();
  const std::string& key_path = own_file ? options.key_file : options.cert_file;
  if (own_file || !identity->key) {
    const auto key_bytes = own_file ? read_tls_file(key_path, "key") : bytes;
    if (!key_bytes) return fail(key_bytes.error());
    auto key = read_key(*key_bytes, key_path, options);
    if (!key) return fail(key.error());
    identity->key = std::move(*key);
  }

  if (SSL_CTX_use_certificate(context, identity->certificate.get()) != 1) {
    return unreadable("certificate", options.cert_file, take_openssl_error().message());
  }
  if (X509_check_private_key(identity->certificate.get(), identity->key.get()) != 1) {
    ERR_clear_error();
    return fail(Stage::kUsage, "the key in " + key_path + " doesn't belong to the certificate in " +
                                   options.cert_file);
  }
  if (SSL_CTX_use_PrivateKey(context, identity->key.get()) != 1) {
    return unreadable("key", key_path, take_openssl_error().message());
  }
  for (auto& link : identity->chain) SSL_CTX_add0_chain_cert(context, link.release());
  return {};
}

}  // namespace wscope::net
