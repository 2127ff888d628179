#include "net/tls_context.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/cause.h"
#include "base/escape.h"
#include "net/host_name.h"
#include "net/openssl_handles.h"
#include "net/socket_address.h"
#include "net/tls_error.h"
#include "net/tls_identity.h"
#include "net/tls_verify.h"

namespace wscope::net {
namespace {

// Four records a system call; larger buffers gained nothing.
constexpr std::size_t kReadBuffer = 4 * (SSL3_RT_MAX_PLAIN_LENGTH + 256);
constexpr unsigned char kAlpn[] = "\x08http/1.1";
constexpr unsigned kAlpnSize = sizeof kAlpn - 1;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

int version_number(TlsVersion version) {
  return version == TlsVersion::kTls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

Result<void> set_versions(SSL_CTX* context, const TlsOptions& options) {
  const int low = version_number(options.min_version.value_or(TlsVersion::kTls12));
  const int high = options.max_version ? version_number(*options.max_version) : 0;
  if (high != 0 && high < low) {
    return fail(Stage::kUsage, "--tls-min is above --tls-max: no TLS version is left");
  }
  SSL_CTX_set_min_proto_version(context, low);
  SSL_CTX_set_max_proto_version(context, high);
  return {};
}

/// One list for both kinds: TLS 1.3 has its own names (TLS_…) and its own call.
Result<void> set_ciphers(SSL_CTX* context, const std::string& list) {
  if (list.empty()) return {};
  std::string modern;
  std::string old;
  for (const std::string& name : split(list, ':')) {
    std::string& target = name.rfind("TLS_", 0) == 0 ? modern : old;
    target += (target.empty() ? "" : ":") + name;
  }
  const bool ok = (modern.empty() || SSL_CTX_set_ciphersuites(context, modern.c_str()) == 1) &&
                  (old.empty() || SSL_CTX_set_cipher_list(context, old.c_str()) == 1);
  ERR_clear_error();
  if (!ok) {
    return fail(Stage::kUsage, "--ciphers " + printable(list) + ": no such cipher",
                "`openssl ciphers -v` lists them");
  }
  return {};
}

bool is_hashed_directory(const char* path) {
  DIR* directory = ::opendir(path);
  if (directory == nullptr) return false;
  bool found = false;
  while (const dirent* entry = found ? nullptr : ::readdir(directory)) {
    const char* name = entry->d_name;
    found = std::strlen(name) >= 10 && std::strspn(name, "0123456789abcdef") == 8 && name[8] == '.';
  }
  ::closedir(directory);
  return found;
}

void load_system_store(SSL_CTX* context) {
  const bool overridden = std::getenv(X509_get_default_cert_file_env()) != nullptr ||
                          std::getenv(X509_get_default_cert_dir_env()) != nullptr;
  const char* directory = X509_get_default_cert_dir();
  if (!overridden && is_hashed_directory(directory)) {
    SSL_CTX_load_verify_dir(context, directory);
  } else {
    SSL_CTX_set_default_verify_paths(context);
    if (!overridden) {
      for (const char* file : {"/etc/ssl/certs/ca-certificates.crt",
                               "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}) {
        if (::access(file, R_OK) == 0 && SSL_CTX_load_verify_file(context, file) == 1) break;
      }
    }
  }
  ERR_clear_error();  // an empty store shows when a certificate is looked for
}

/// `option`: the one that named the file.
Result<void> load_trust(SSL_CTX* context, const std::string& ca_file,
                        const std::string& option = "--ca") {
  X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(context);
  // What is in --ca is trusted as it stands, also an intermediate or the server's own certificate.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (ca_file.empty()) {
    load_system_store(context);
    return {};
  }
  struct stat status {};
  if (::stat(ca_file.c_str(), &status) != 0) {
    return fail(Stage::kUsage, "can't read " + option + " " + ca_file + ": " + cause_of(errno));
  }
  if (S_ISDIR(status.st_mode)) {
    SSL_CTX_load_verify_dir(context, ca_file.c_str());
    return {};
  }
  if (auto bytes = read_tls_file(ca_file, option); !bytes) return fail(bytes.error());
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    ERR_clear_error();
    return fail(Stage::kUsage,
                "can't read " + option + " " + ca_file + ": there is no PEM certificate in it");
  }
  return {};
}

Result<std::vector<std::string>> parse_pins(const std::string& text) {
  std::vector<std::string> pins = split(text, ';');
  if (pins.empty() && !text.empty()) {
    return fail(Stage::kUsage, "--pin " + printable(text) + " names no key");
  }
  for (const std::string& pin : pins) {
    constexpr std::size_t kPrefix = 8;  // sha256//
    unsigned char decoded[48];
    const bool good =
        pin.rfind("sha256//", 0) == 0 && pin.size() == kPrefix + 44 &&
        EVP_DecodeBlock(decoded, reinterpret_cast<const unsigned char*>(pin.data()) + kPrefix,
                        44) == 33;
    ERR_clear_error();
    if (!good) {
      return fail(Stage::kUsage, "bad --pin " + printable(pin),
                  "sha256// and the 44 characters of the public key's SHA-256 in Base64");
    }
  }
  return pins;
}

/// --servername as it goes out: what a URL's host may be, an IPv6 address also without brackets.
/// Everything else would be sent as it stands, or, being too long, not at all (RFC 6066 3).
Result<std::string> parse_server_name(const std::string& name) {
  if (name.empty() || SocketAddress::literal(name, 0)) return name;
  auto host = parse_host(name);
  if (host) return host->ascii;
  return fail(Stage::kUsage, "bad --servername \"" + printable(name, 80) + "\"",
              "a host name of at most 253 bytes, or an address");
}

Result<UniqueFd> open_key_log(const TlsOptions& options) {
  const char* variable = std::getenv("SSLKEYLOGFILE");
  const bool asked = !options.key_log.empty();
  if (!asked && (variable == nullptr || *variable == '\0')) return UniqueFd();
  const std::string path = asked ? options.key_log : variable;
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  // A variable set once for a browser must not stop a run.
  if (!file && asked) {
    return fail(Stage::kUsage, "can't write --keylog " + path + ": " + cause_of(errno));
  }
  return file;
}

void on_key_log(const SSL* ssl, const char* line) {
  auto* context = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  context->log_key(line);
}

/// RFC 7301 3.2: http/1.1 where the client offers it; an offer of others only is not refused, since
/// such clients speak HTTP/1.1 all the same.
int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned in_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kAlpn, kAlpnSize, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<void> set_client_role(SSL_CTX* context, const TlsOptions& options,
                             const std::string& ca_option) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context, kAlpn, kAlpnSize);
  SSL_CTX_set_tlsext_status_cb(context, check_staple);
  return load_trust(context, options.ca_file, ca_option);
}

Result<void> set_server_role(SSL_CTX* context, const TlsOptions& options) {
  SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION);
  if (options.ca_file.empty()) return {};
  static constexpr unsigned char kSession[] = "wscope";
  SSL_CTX_set_session_id_context(context, kSession, sizeof kSession - 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (auto loaded = load_trust(context, options.ca_file); !loaded) return loaded;
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.ca_file.c_str()));
  ERR_clear_error();
  return {};
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::create(const TlsOptions& options, Role role) {
  const bool client = role != Role::kServer;
  std::shared_ptr<TlsContext> out(new TlsContext);
  out->context_ = SSL_CTX_new(client ? TLS_client_method() : TLS_server_method());
  if (out->context_ == nullptr) {
    return fail(Stage::kInternal, "can't set up TLS: " + take_openssl_error().message());
  }
  SSL_CTX* context = out->context_;
  out->verify_ = client ? options.verify : true;
  out->ca_file_ = options.ca_file;

  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kReadBuffer);

  if (auto set = set_versions(context, options); !set) return fail(set.error());
  if (auto set = set_ciphers(context, options.ciphers); !set) return fail(set.error());
  auto server_name = parse_server_name(options.server_name);
  if (!server_name) return fail(server_name.error());
  out->server_name_ = std::move(*server_name);
  auto pins = parse_pins(options.pin);
  if (!pins) return fail(pins.error());
  out->pins_ = std::move(*pins);
  auto key_log = open_key_log(options);
  if (!key_log) return fail(key_log.error());
  if (*key_log) {
    out->key_log_ = std::move(*key_log);
    out->key_log_asked_ = !options.key_log.empty();
    SSL_CTX_set_app_data(context, out.get());
    SSL_CTX_set_keylog_callback(context, on_key_log);
  }
  auto set = client
                 ? set_client_role(context, options, role == Role::kClient ? "--ca" : "--proxy-ca")
                 : set_server_role(context, options);
  if (!set) return fail(set.error());
  if (auto loaded = load_identity(context, options); !loaded) return fail(loaded.error());
  return out;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

void TlsContext::log_key(const char* line) {
  const std::string text = std::string(line) + "\n";
  // One write a line: other processes append to the same file.
  const ssize_t written = ::write(key_log_.get(), text.data(), text.size());
  if (!key_log_asked_ || written == static_cast<ssize_t>(text.size())) return;
  key_log_fault_ = written < 0 ? errno : ENOSPC;
}

}  // namespace wscope::net
