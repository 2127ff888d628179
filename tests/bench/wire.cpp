#include "wire.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

#include "arguments.h"
#include "loopback.h"

namespace bench {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string header_value(const std::string& head, const std::string& name) {
  const std::size_t at = lower(head).find("\r\n" + lower(name) + ":");
  if (at == std::string::npos) return "";
  std::size_t begin = at + 3 + name.size();
  while (begin < head.size() && head[begin] == ' ') ++begin;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string accept_value(const std::string& key) {
  const std::string text = key + std::string(kGuid);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char encoded[64];
  const int length = EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
  return {reinterpret_cast<char*>(encoded), static_cast<std::size_t>(length)};
}

}  // namespace

Wire::~Wire() {
  if (ssl_ != nullptr) {
    SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
  if (fd_ >= 0) ::close(fd_);
}

Wire::Wire(Wire&& other) noexcept : fd_(other.fd_), ssl_(other.ssl_) {
  other.fd_ = -1;
  other.ssl_ = nullptr;
}

std::size_t Wire::read(char* data, std::size_t size) {
  if (ssl_ != nullptr) {
    std::size_t got = 0;
    return SSL_read_ex(ssl_, data, size, &got) == 1 ? got : 0;
  }
  for (;;) {
    const ssize_t got = ::read(fd_, data, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return 0;
  }
}

bool Wire::write_all(std::string_view data) {
  while (!data.empty()) {
    if (ssl_ != nullptr) {
      std::size_t put = 0;
      if (SSL_write_ex(ssl_, data.data(), data.size(), &put) != 1) return false;
      data.remove_prefix(put);
      continue;
    }
    const ssize_t put = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (put < 0 && errno != EINTR) return false;
    if (put > 0) data.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

void Wire::end_writing() {
  if (ssl_ != nullptr) {
    SSL_shutdown(ssl_);
  } else {
    ::shutdown(fd_, SHUT_WR);
  }
}

Wire accept_one(int listener, SSL_CTX* tls) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) fail_errno("accept");
  no_delay(fd);
  if (tls == nullptr) return {fd, nullptr};
  SSL* ssl = SSL_new(tls);
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) != 1) fail("TLS handshake failed");
  return {fd, ssl};
}

SSL_CTX* make_server_tls() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1) {
    fail("the TLS context could not be made");
  }
  return context;
}

SSL_CTX* make_client_tls() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  return context;
}

Upgrade upgrade(Wire& wire, bool deflate) {
  std::string head;
  char buffer[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const std::size_t got = wire.read(buffer, sizeof buffer);
    if (got == 0) fail("the peer left during the handshake");
    head.append(buffer, got);
  }
  Upgrade result;
  const std::string extensions = lower(header_value(head, "Sec-WebSocket-Extensions"));
  result.deflate_offered = extensions.find("permessage-deflate") != std::string::npos;
  result.server_takeover = extensions.find("server_no_context_takeover") == std::string::npos;
  if (deflate && !result.deflate_offered) fail("the peer did not offer permessage-deflate");

  std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept_value(header_value(head, "Sec-WebSocket-Key")) + "\r\n";
  if (deflate) answer += "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  const std::string subprotocol = header_value(head, "Sec-WebSocket-Protocol");
  if (!subprotocol.empty()) {
    answer += "Sec-WebSocket-Protocol: " + subprotocol.substr(0, subprotocol.find(',')) + "\r\n";
  }
  wire.write_all(answer + "\r\n");
  return result;
}

}  // namespace bench
