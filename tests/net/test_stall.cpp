// A peer that stalls at any byte of a TLS handshake or of a proxy's answer: the client waits for
// the network and for nothing else, so that whoever holds the deadline may end it at any time.
#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include "certificates.h"
#include "dialling.h"
#include "net/proxy_http.h"
#include "net/proxy_socks.h"
#include "net/proxy_tunnel.h"
#include "net/tls_context.h"
#include "net/tls_handshake.h"
#include "support/memory_stream.h"

using namespace test;
using namespace wscope::net;
using namespace std::string_literals;
using wscope::test::MemoryStream;
using wscope::test::Wire;

namespace {

/// The server's side of TLS, without a network.
class TlsServer {
 public:
  explicit TlsServer(SSL_CTX* context) : ssl_(SSL_new(context)) {
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_);
  }
  ~TlsServer() { SSL_free(ssl_); }
  TlsServer(const TlsServer&) = delete;

  /// What it says to `bytes`.
  std::string answer(const std::string& bytes) {
    BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
    SSL_do_handshake(ssl_);
    char* data = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_), &data);
    std::string out(data, static_cast<std::size_t>(size));
    (void)BIO_reset(SSL_get_wbio(ssl_));
    return out;
  }

 private:
  SSL* ssl_;
};

void poll(asio::io_context& loop) {
  loop.restart();
  loop.poll();
}

/// True when the stall after `count` bytes is one, false when there are no more bytes to stall at.
bool stalls_in_tls(const std::shared_ptr<TlsContext>& client, SSL_CTX* server_context,
                   std::size_t count) {
  asio::io_context loop;
  TlsServer server(server_context);
  const auto wire = std::make_shared<Wire>();
  TlsPeer peer;
  peer.host = peer.shown = "localhost";
  auto handshake = std::make_unique<TlsHandshake>(loop, client,
                                                  std::make_unique<MemoryStream>(loop, wire), peer);
  int calls = 0;
  handshake->start([&](const Result<TlsHandshake::Secured>& result) {
    CHECK_MESSAGE(result, result.error().message);
    ++calls;
  });
  poll(loop);
  for (int turn = 0; turn < 3 && calls == 0; ++turn) {
    const std::string said = server.answer(std::exchange(wire->outgoing, {}));
    const std::size_t now = std::min(count, said.size());
    for (std::size_t i = 0; i < now; ++i) {
      wire->give(said.substr(i, 1));
      poll(loop);
    }
    count -= now;
    if (now < said.size()) break;
  }
  if (calls > 0) return false;
  CHECK(wire->read_waiter != nullptr);
  CHECK(wire->write_waiter == nullptr);
  handshake.reset();
  poll(loop);
  CHECK(calls == 0);
  return true;
}

/// The same for what a proxy says; each byte comes once all was said that it answers.
void stalls_at_proxy(const std::function<std::unique_ptr<ProxyDialogue>()>& dialogue,
                     const std::string& answer, std::size_t refused_at = std::string::npos) {
  for (std::size_t count = 0; count < answer.size(); ++count) {
    CAPTURE(count);
    asio::io_context loop;
    const auto wire = std::make_shared<Wire>();
    ProxyTunnel tunnel(loop, std::make_unique<MemoryStream>(loop, wire), dialogue());
    int calls = 0;
    tunnel.start([&](const Result<StreamHandle>& result) {
      CHECK_FALSE(result);
      ++calls;
    });
    poll(loop);
    for (std::size_t i = 0; i < count; ++i) {
      wire->give(answer.substr(i, 1));
      poll(loop);
    }
    CHECK(calls == 0);
    CHECK(wire->read_waiter != nullptr);
    // Out of time: a refusal is told, whatever its body lacks; else the caller's words are.
    CHECK(tunnel.give_up() == (count >= refused_at));
    CHECK(calls == (count >= refused_at ? 1 : 0));
    CHECK_FALSE((calls > 0 && tunnel.give_up()));
  }
}

Proxy proxy_of(const std::string& text) { return *parse_proxy(text, "--proxy"); }

}  // namespace

TEST_CASE("stall: at each byte of the server's part of a TLS handshake") {
  TemporaryFolder folder;
  const Certificate certificate = make_certificate({});
  for (const auto version : {wscope::TlsVersion::kTls12, wscope::TlsVersion::kTls13}) {
    CAPTURE(static_cast<int>(version));
    wscope::TlsOptions server_options;
    server_options.cert_file = folder.write("c.pem", certificate.pem() + certificate.key_pem());
    wscope::TlsOptions client_options;
    client_options.ca_file = folder.write("ca.pem", certificate.pem());
    client_options.max_version = version;
    const auto server = *TlsContext::create(server_options, TlsContext::Role::kServer);
    const auto client = *TlsContext::create(client_options, TlsContext::Role::kClient);
    std::size_t count = 0;
    while (stalls_in_tls(client, server->native(), count)) ++count;
    CHECK(count > 500);
  }
}

TEST_CASE("stall: at each byte of a proxy's answer") {
  const auto http = [] { return connect_dialogue(proxy_of("p"), "h:80"); };
  stalls_at_proxy(http, "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n");
  stalls_at_proxy(http, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  for (const std::string& framing :
       {"Content-Length: 9\r\n\r\nnot you\r\n"s,
        "Transfer-Encoding: chunked\r\n\r\n9\r\nnot you\r\n\r\n0\r"s}) {
    const std::string answer = "HTTP/1.1 403 Forbidden\r\n" + framing;
    stalls_at_proxy(http, answer, answer.find("\r\n\r\n") + 4);
  }
  stalls_at_proxy([] { return socks_dialogue(proxy_of("socks5h://u:p@p"), "h", 80, "h:80"); },
                  "\x05\x02\x01\x00\x05\x00\x00\x01"s + std::string(6, '\0'));
  stalls_at_proxy([] { return socks_dialogue(proxy_of("socks5h://p"), "h", 80, "h:80"); },
                  "\x05\x00\x05\x00\x00\x03\x04here\x12\x34"s);
  stalls_at_proxy([] { return socks_dialogue(proxy_of("socks4a://p"), "h", 80, "h:80"); },
                  "\x00\x5a\x00\x50\x7f\x00\x00\x01"s);
}

TEST_CASE("a proxy that does not stop talking leaves the loop its turns") {
  asio::io_context loop;
  const auto wire = std::make_shared<Wire>();
  for (int i = 0; i < 500; ++i) wire->incoming += "HTTP/1.1 100 Continue\r\n\r\n";
  ProxyTunnel tunnel(loop, std::make_unique<MemoryStream>(loop, wire),
                     connect_dialogue(proxy_of("p"), "h:80"));
  tunnel.start([](const Result<StreamHandle>&) { FAIL("it has not ended"); });
  std::size_t left = 0;
  asio::post(loop, [&] { left = wire->incoming.size(); });
  poll(loop);
  CHECK(left > 0);
  CHECK(wire->incoming.empty());
  CHECK(wire->read_waiter != nullptr);
}
