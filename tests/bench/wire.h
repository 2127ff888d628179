// Wire: one accepted or opened loopback connection, plain or TLS, with blocking reads and writes.
//
// accept_one() gives the Wire of a server; upgrade() answers the WebSocket request (RFC
// 6455 4.2.2). What can fail ends the tool through fail(), except a peer that has gone: read() then
// gives 0 and write_all() false. TLS uses a fresh self-signed P-256 certificate. Single thread.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

class Wire {
 public:
  Wire(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}
  ~Wire();
  Wire(Wire&& other) noexcept;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  Wire& operator=(Wire&&) = delete;

  /// Bytes read, 0 at the end or when the peer has gone.
  std::size_t read(char* data, std::size_t size);
  bool write_all(std::string_view data);
  /// No more bytes from us; reading goes on.
  void end_writing();
  int fd() const { return fd_; }

 private:
  int fd_;
  SSL* ssl_;
};

Wire accept_one(int listener, SSL_CTX* tls);
SSL_CTX* make_server_tls();
SSL_CTX* make_client_tls();

/// What the client asked for, of interest here.
struct Upgrade {
  bool deflate_offered = false;
  bool server_takeover = true;  // false: it asked for server_no_context_takeover
};
/// Reads the request, answers 101; `deflate`: and agrees on permessage-deflate.
Upgrade upgrade(Wire& wire, bool deflate);

}  // namespace bench
