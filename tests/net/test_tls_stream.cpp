// TlsStream over a pipe in memory that moves as little as it likes: splits at every byte.
#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <asio/post.hpp>

#include "certificates.h"
#include "dialling.h"
#include "net/socket_stream.h"
#include "net/tls_context.h"
#include "net/tls_error.h"
#include "net/tls_handshake.h"
#include "net/tls_stream.h"

using namespace test;
using namespace wscope::net;
using wscope::UniqueFd;
using Status = IoResult::Status;

namespace {

/// What two PipeEnds share.
struct Pipe {
  std::string bytes[2];  // towards end 0, towards end 1
  bool closed[2] = {false, false};
  std::size_t step = 1;         // bytes moved by a call
  std::size_t capacity = 4096;  // of each direction
  bool idle = false;            // waits for reading an empty pipe are never over
};

class PipeEnd final : public Stream {
 public:
  PipeEnd(asio::io_context& loop, std::shared_ptr<Pipe> pipe, int side)
      : loop_(loop), pipe_(std::move(pipe)), side_(side) {}

  IoResult read_some(char* data, std::size_t size) override {
    std::string& in = pipe_->bytes[side_];
    if (in.empty()) return {pipe_->closed[1 - side_] ? Status::kEnd : Status::kAgain, 0, {}};
    if ((calm_ = !calm_)) return {};
    const std::size_t n = std::min({size, in.size(), pipe_->step});
    in.copy(data, n);
    in.erase(0, n);
    return {Status::kOk, n, {}};
  }
  IoResult write_some(const char* data, std::size_t size) override {
    std::string& out = pipe_->bytes[1 - side_];
    if (pipe_->closed[1 - side_]) {
      return {Status::kFailed, 0, std::make_error_code(std::errc::broken_pipe)};
    }
    const std::size_t n =
        std::min({size, pipe_->step, pipe_->capacity - std::min(pipe_->capacity, out.size())});
    if (n == 0 || (calm_ = !calm_)) return {};
    out.append(data, n);
    return {Status::kOk, n, {}};
  }
  IoResult shutdown_send() override {
    pipe_->closed[side_] = true;
    return {Status::kOk, 0, {}};
  }
  void async_wait(Readiness readiness, WaitHandler handler) override {
    if (readiness == Readiness::kRead && pipe_->idle && pipe_->bytes[side_].empty()) return;
    asio::post(loop_, [handler = std::move(handler)] { handler({}); });
  }
  void cancel() override {}
  void close() override { pipe_->closed[side_] = true; }
  std::string local_address() const override { return "pipe"; }
  std::string peer_address() const override { return "pipe"; }

 private:
  asio::io_context& loop_;
  std::shared_ptr<Pipe> pipe_;
  int side_;
  bool calm_ = false;  // every other call moves nothing
};

struct Pair {
  explicit Pair(std::size_t step, wscope::TlsVersion version = wscope::TlsVersion::kTls13) {
    pipe->step = step;
    dial(std::make_unique<PipeEnd>(loop, pipe, 0), std::make_unique<PipeEnd>(loop, pipe, 1),
         version);
  }
  /// Over a pair of sockets with the smallest buffers there are.
  Pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    const int small = 1;
    for (const int fd : ends) {
      ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
      ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    dial(std::make_unique<SocketStream>(loop, UniqueFd(ends[0])),
         std::make_unique<SocketStream>(loop, UniqueFd(ends[1])), wscope::TlsVersion::kTls13);
  }

  void dial(StreamHandle client_end, StreamHandle server_end, wscope::TlsVersion version) {
    const Certificate certificate = make_certificate({});
    wscope::TlsOptions server_options;
    server_options.cert_file = folder.write("c.pem", certificate.pem() + certificate.key_pem());
    wscope::TlsOptions client_options;
    client_options.ca_file = folder.write("ca.pem", certificate.pem());
    client_options.max_version = version;
    auto server_context = *TlsContext::create(server_options, TlsContext::Role::kServer);
    auto client_context = *TlsContext::create(client_options, TlsContext::Role::kClient);
    TlsPeer to_client;
    to_client.role = TlsPeer::Role::kClient;
    TlsPeer to_server;
    to_server.host = to_server.shown = "localhost";
    TlsHandshake accepting(loop, server_context, std::move(server_end), to_client);
    TlsHandshake connecting(loop, client_context, std::move(client_end), to_server);
    accepting.start([&](Result<TlsHandshake::Secured> result) {
      REQUIRE_MESSAGE(result, result.error().message);
      server = std::move(result->stream);
    });
    connecting.start([&](Result<TlsHandshake::Secured> result) {
      REQUIRE_MESSAGE(result, result.error().message);
      client = std::move(result->stream);
    });
    REQUIRE(run_until(loop, [&] { return client && server; }));
  }

  SSL* ssl_of(const StreamHandle& stream) {
    return static_cast<SSL*>(dynamic_cast<TlsStream&>(*stream).native());
  }

  asio::io_context loop;
  TemporaryFolder folder;
  std::shared_ptr<Pipe> pipe = std::make_shared<Pipe>();
  StreamHandle client;
  StreamHandle server;
};

std::string text_of(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + " ";
  return text;
}

}  // namespace

TEST_CASE("tls stream: handshake and data split at every byte") {
  for (const auto version : {wscope::TlsVersion::kTls12, wscope::TlsVersion::kTls13}) {
    for (const std::size_t step : {1, 2, 3, 7, 1000, 100000}) {
      CAPTURE(step);
      Pair pair(step, version);
      const std::string data = text_of(step < 8 ? 20000 : 200000);
      CHECK(carry(pair.loop, *pair.client, *pair.server, data) == data);
      CHECK(carry(pair.loop, *pair.server, *pair.client, data) == data);
    }
  }
}

TEST_CASE("tls stream: tiny socket buffers, both directions") {
  Pair pair;
  const std::string data = text_of(500000);
  CHECK(carry(pair.loop, *pair.client, *pair.server, data) == data);
  CHECK(carry(pair.loop, *pair.server, *pair.client, data) == data);
}

TEST_CASE("tls stream: key updates in the middle (RFC 8446 4.6.3)") {
  for (const std::size_t step : {1, 100000}) {
    Pair pair(step);
    const std::string data = text_of(20000);
    for (int i = 0; i < 3; ++i) {
      REQUIRE(SSL_key_update(pair.ssl_of(pair.server), SSL_KEY_UPDATE_REQUESTED) == 1);
      CHECK(carry(pair.loop, *pair.server, *pair.client, data) == data);
      CHECK(carry(pair.loop, *pair.client, *pair.server, data) == data);
    }
  }
}

TEST_CASE("tls stream: a TLS 1.2 server renegotiates in the middle (RFC 5246 7.4.1.1)") {
  for (const std::size_t step : {1, 100000}) {
    CAPTURE(step);
    Pair pair(step, wscope::TlsVersion::kTls12);
    SSL* server = pair.ssl_of(pair.server);
    SSL_clear_options(server, SSL_OP_NO_RENEGOTIATION);
    const std::string data = text_of(20000);
    for (int i = 1; i <= 2; ++i) {
      REQUIRE(SSL_renegotiate(server) == 1);
      CHECK(carry(pair.loop, *pair.server, *pair.client, data) == data);
      CHECK(carry(pair.loop, *pair.client, *pair.server, data) == data);
      CHECK(SSL_total_renegotiations(pair.ssl_of(pair.client)) == i);
      CHECK(SSL_renegotiate_pending(server) == 0);
    }
  }
}

TEST_CASE("tls stream: a wait is over at once when records are there already") {
  Pair pair(100000);
  pair.pipe->capacity = 1 << 20;
  const std::string two = text_of(30000);  // two records
  std::size_t sent = 0;
  REQUIRE(run_until(pair.loop, [&] {
    sent += pair.client->write_some(two.data() + sent, two.size() - sent).bytes;
    return sent == two.size();
  }));
  std::string got(16384, '\0');
  IoResult first;
  REQUIRE(run_until(pair.loop, [&] {
    first = pair.server->read_some(got.data(), 1);
    return first.status == Status::kOk;
  }));
  CHECK(pair.pipe->bytes[1].empty());  // all of it is within OpenSSL now
  pair.pipe->idle = true;
  int heard = 0;
  pair.server->async_wait(Readiness::kRead, [&](std::error_code error) {
    CHECK_FALSE(error);
    ++heard;
  });
  CHECK(heard == 0);  // never from within async_wait
  pair.loop.restart();
  pair.loop.poll();
  CHECK(heard == 1);

  // cancel() ends a wait that was over already, too
  std::error_code told;
  pair.server->async_wait(Readiness::kRead, [&](std::error_code error) { told = error; });
  pair.server->cancel();
  pair.loop.restart();
  pair.loop.poll();
  CHECK(told == asio::error::operation_aborted);
}

TEST_CASE("tls stream: cancel ends the wait, destruction drops or aborts it") {
  Pair pair;
  CHECK(carry(pair.loop, *pair.server, *pair.client, "y") == "y");  // with it the session tickets
  std::error_code reading;
  int calls = 0;
  const auto wait_for_bytes = [&] {
    pair.client->async_wait(Readiness::kRead, [&](std::error_code error) {
      reading = error;
      ++calls;
    });
  };
  wait_for_bytes();
  pair.client->cancel();
  pair.loop.restart();
  pair.loop.poll();
  CHECK(calls == 1);
  CHECK(reading == asio::error::operation_aborted);

  // a wait begun after a cancel is not ended by it
  wait_for_bytes();
  pair.client->cancel();
  wait_for_bytes();
  pair.loop.restart();
  pair.loop.poll();
  CHECK(calls == 2);
  REQUIRE(pair.server->write_some("x", 1).bytes == 1);
  REQUIRE(run_until(pair.loop, [&] { return calls == 3; }));
  CHECK_FALSE(reading);

  char c = 0;
  CHECK(pair.client->read_some(&c, 1).status == Status::kOk);
  wait_for_bytes();
  pair.client.reset();
  pair.loop.restart();
  pair.loop.poll();
  if (calls == 4) CHECK(reading == asio::error::operation_aborted);
}

TEST_CASE("tls stream: a handler may destroy its stream") {
  Pair pair;
  bool heard = false;
  pair.client->async_wait(Readiness::kRead, [&](std::error_code) {
    pair.client.reset();
    heard = true;
  });
  REQUIRE(pair.server->write_some("x", 1).bytes == 1);
  CHECK(run_until(pair.loop, [&] { return heard; }));
  pair.loop.restart();
  pair.loop.poll();
}

TEST_CASE("streams: writing to a peer that is gone is an error, not a signal") {
  asio::io_context loop;
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  SocketStream plain(loop, UniqueFd(ends[0]));
  ::close(ends[1]);
  const IoResult result = plain.write_some("x", 1);
  CHECK(result.status == Status::kFailed);
  CHECK(plain.explain(result.error) == "broken pipe");

  Pair pair;
  pair.server->close();
  pair.server.reset();
  const IoResult secure = pair.client->write_some("x", 1);
  CHECK(secure.status == Status::kFailed);
  CHECK(pair.client->explain(secure.error) == "broken pipe");
  CHECK(pair.client->stage(secure.error) == Stage::kConnection);
}

TEST_CASE("tls stream: a damaged record is a failure of TLS, and stays one") {
  Pair pair(100000);
  CHECK(carry(pair.loop, *pair.server, *pair.client, "y") == "y");
  IoResult sent;
  REQUIRE(run_until(pair.loop, [&] {
    sent = pair.server->write_some("hello", 5);
    return sent.status == Status::kOk;
  }));
  REQUIRE(pair.pipe->bytes[0].size() > 5);
  pair.pipe->bytes[0].back() ^= 1;
  std::string got;
  const IoResult result = read_to_end(pair.loop, *pair.client, got);
  REQUIRE(result.status == Status::kFailed);
  CHECK(pair.client->stage(result.error) == Stage::kTls);
  CHECK(pair.client->explain(result.error) == "TLS: decryption failed or bad record mac");
  CHECK(pair.client->read_some(got.data(), 0).error == result.error);
}
