// Through real proxies: tinyproxy and microsocks from Debian, and TLS to a proxy made here.
#include <doctest/doctest.h>

#include <cstdlib>

#include "certificates.h"
#include "dialling.h"
#include "server_process.h"

using namespace test;
using wscope::net::IoResult;
using wscope::net::Readiness;

namespace {

/// Both ends of a tunnel, joined until one ends.
struct Relay : std::enable_shared_from_this<Relay> {
  Relay(StreamHandle left, StreamHandle right) : ends{std::move(left), std::move(right)} {}

  void pump(int from) {
    auto& source = *ends[from];
    auto& target = *ends[1 - from];
    for (;;) {
      while (!pending[from].empty()) {
        const IoResult result = target.write_some(pending[from].data(), pending[from].size());
        if (result.status == IoResult::Status::kAgain) return wait(target, Readiness::kWrite, from);
        if (result.status != IoResult::Status::kOk) return;
        pending[from].erase(0, result.bytes);
      }
      char buffer[16384];
      const IoResult result = source.read_some(buffer, sizeof buffer);
      if (result.status == IoResult::Status::kAgain) return wait(source, Readiness::kRead, from);
      if (result.status != IoResult::Status::kOk) {
        target.shutdown_send();
        return;
      }
      pending[from].assign(buffer, result.bytes);
    }
  }
  void wait(wscope::net::Stream& stream, Readiness readiness, int from) {
    stream.async_wait(readiness, [self = shared_from_this(), from](std::error_code error) {
      if (!error) self->pump(from);
    });
  }
  void close() {
    ends[0]->close();
    ends[1]->close();
  }

  StreamHandle ends[2];
  std::string pending[2];
};

/// An HTTP proxy over TLS: the answer is ours to choose, 200 joins the streams.
struct TlsProxy {
  TlsProxy(asio::io_context& event_loop, const wscope::TlsOptions& tls) : loop(event_loop) {
    acceptor = std::move(*wscope::net::Acceptor::open(loop, "127.0.0.1:0", tls, 5));
    acceptor->start([this](StreamHandle stream) { serve(std::move(stream)); }, [](const Error&) {});
  }
  ~TlsProxy() {
    for (const auto& relay : relays) relay->close();
    loop.restart();
    loop.poll();
  }

  void serve(StreamHandle stream) {
    client = std::move(stream);
    read_head();
  }
  void read_head() {
    char c = 0;
    IoResult result;
    while (request.find("\r\n\r\n") == std::string::npos &&
           (result = client->read_some(&c, 1)).status == IoResult::Status::kOk) {
      request += c;
    }
    if (result.status == IoResult::Status::kAgain) {
      return client->async_wait(Readiness::kRead, [this](std::error_code error) {
        if (!error) read_head();
      });
    }
    if (result.status != IoResult::Status::kOk) return;
    const std::string target = request.substr(8, request.find(' ', 8) - 8);
    upstream = std::make_unique<Dialler>(loop);
    upstream->connector.emplace(loop, upstream->network, upstream->contexts, upstream->events);
    upstream->connector->start(
        *wscope::net::parse_url("ws://" + target), [this](Result<StreamHandle> server) {
          const std::string answer = "HTTP/1.1 200 OK\r\n\r\n";
          client->write_some(answer.data(), answer.size());
          relays.push_back(std::make_shared<Relay>(std::move(client), std::move(*server)));
          relays.back()->pump(0);
          relays.back()->pump(1);
        });
  }

  asio::io_context& loop;
  std::unique_ptr<wscope::net::Acceptor> acceptor;
  StreamHandle client;
  std::string request;
  std::unique_ptr<Dialler> upstream;
  std::vector<std::shared_ptr<Relay>> relays;
};

struct Secure {
  TemporaryFolder folder;
  Certificate certificate = make_certificate({});
  wscope::TlsOptions options() {
    wscope::TlsOptions out;
    out.cert_file = folder.write("c.pem", certificate.pem() + certificate.key_pem());
    return out;
  }
  std::string trusted() { return folder.write("ca.pem", certificate.pem()); }
};

ServerProcess::Command tinyproxy(const TemporaryFolder& folder, const std::string& more) {
  return [&folder, more](const std::string& port) -> std::vector<std::string> {
    const std::string config =
        folder.write("tinyproxy.conf",
                     "Port " + port + "\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\n" + more);
    return {"tinyproxy", "-d", "-c", config};
  };
}

void check_carries(asio::io_context& loop, Dialler& client, Listener& server) {
  REQUIRE(run_until(loop, [&] { return server.streams.size() == 1; }));
  std::string data;
  while (data.size() < 400000) data += "line " + std::to_string(data.size()) + "\n";
  CHECK(carry(loop, *client.stream, *server.streams[0], data) == data);
  CHECK(carry(loop, *server.streams[0], *client.stream, data) == data);
  server.streams.clear();
}

}  // namespace

TEST_CASE("proxy: tinyproxy, with and without a password, plain and TLS inside") {
  TemporaryFolder folder;
  Secure secure;
  asio::io_context loop;
  Listener plain(loop);
  Listener tls(loop, secure.options());
  for (const bool password : {false, true}) {
    CAPTURE(password);
    const ServerProcess proxy(tinyproxy(folder, password ? "BasicAuth me secret\n" : ""));
    REQUIRE_MESSAGE(proxy.running(), "tinyproxy doesn't start: is it installed?");
    const std::string where = "127.0.0.1:" + proxy.port();
    {
      Dialler client(loop);
      client.network.proxy = (password ? "http://me:secret@" : "http://") + where;
      const auto error = client.dial("ws://127.0.0.1:" + plain.port());
      REQUIRE_MESSAGE(!error, error->message);
      CHECK(client.events.attempts == std::vector<std::string>{"proxy " + where});
      REQUIRE(client.events.proxy_steps.size() == 1);
      CHECK(client.events.proxy_steps[0].rfind(
                "CONNECT 127.0.0.1:" + plain.port() + " via " + where + ": 200", 0) == 0);
      check_carries(loop, client, plain);
    }
    {
      Dialler client(loop);
      client.network.proxy = (password ? "me:secret@" : "") + where;
      client.tls.ca_file = secure.trusted();
      const auto error = client.dial("wss://localhost:" + tls.port());
      REQUIRE_MESSAGE(!error, error->message);
      CHECK(client.events.resolved.empty());  // the proxy looks names up
      CHECK(client.events.tls->verified);
      check_carries(loop, client, tls);
    }
    if (!password) continue;
    for (const std::string user : {"", "me:wrong@"}) {
      Dialler client(loop);
      client.network.proxy = user + where;
      const auto error = client.dial("ws://127.0.0.1:" + plain.port());
      REQUIRE(error);
      CHECK(error->stage == Stage::kProxy);
      CHECK(contains(error->message, "proxy " + where + " refused the tunnel to 127.0.0.1:" +
                                         plain.port() + ": 40"));
      CHECK(error->detail.rfind("HTTP/1.", 0) == 0);
      CHECK(client.events.proxy_sent.rfind("CONNECT 127.0.0.1:" + plain.port(), 0) == 0);
      CHECK(client.events.proxy_said.rfind(error->detail.substr(0, 12), 0) == 0);
      CHECK(contains(error->detail, "tinyproxy"));  // its page
      CHECK_FALSE(error->hint.empty());
      CHECK_FALSE(contains(error->message + error->hint + error->detail, "wrong"));
    }
  }
}

TEST_CASE("proxy: microsocks, with and without a password, names there and here") {
  Secure secure;
  asio::io_context loop;
  Listener plain(loop);
  Listener tls(loop, secure.options());
  for (const bool password : {false, true}) {
    const ServerProcess proxy([&](const std::string& port) {
      std::vector<std::string> words = {"microsocks", "-i", "127.0.0.1", "-p", port};
      if (password) words.insert(words.end(), {"-u", "me", "-P", "secret"});
      return words;
    });
    REQUIRE_MESSAGE(proxy.running(), "microsocks doesn't start: is it installed?");
    const std::string where = (password ? "me:secret@127.0.0.1:" : "127.0.0.1:") + proxy.port();
    for (const char* scheme : {"socks5://", "socks5h://"}) {
      CAPTURE(scheme);
      Dialler client(loop);
      client.network.proxy = scheme + where;
      const auto error = client.dial("ws://localhost:" + plain.port());
      REQUIRE_MESSAGE(!error, error->message);
      CHECK(client.events.resolved.size() == (scheme == std::string("socks5://") ? 1 : 0));
      check_carries(loop, client, plain);

      Dialler inside(loop);
      inside.network.proxy = scheme + where;
      inside.tls.ca_file = secure.trusted();
      CHECK_FALSE(inside.dial("wss://localhost:" + tls.port()));
      check_carries(loop, inside, tls);
    }
    {
      // the first address refuses, the next is asked for
      Dialler client(loop);
      client.network.proxy = "socks5://" + where;
      client.network.resolve = {"two.example:" + plain.port() + ":127.0.0.2,127.0.0.1"};
      const auto error = client.dial("ws://two.example:" + plain.port());
      CHECK_MESSAGE(!error, error->message);
      CHECK(client.events.proxy_steps.size() == 2);
      check_carries(loop, client, plain);
    }
    {
      Dialler client(loop);
      client.network.proxy = "socks5h://" + where;
      const auto error = client.dial("ws://127.0.0.2:" + plain.port());
      REQUIRE(error);
      CHECK(error->stage == Stage::kProxy);
      CHECK(error->message == "can't reach 127.0.0.2:" + plain.port() +
                                  " through proxy 127.0.0.1:" + proxy.port() +
                                  ": connection refused");
    }
    if (!password) continue;
    for (const char* user : {"", "me:wrong@"}) {
      Dialler client(loop);
      client.network.proxy = std::string("socks5h://") + user + "127.0.0.1:" + proxy.port();
      const auto error = client.dial("ws://127.0.0.1:" + plain.port());
      REQUIRE(error);
      CHECK(error->stage == Stage::kProxy);
      CHECK(contains(error->hint, "USER:PASSWORD"));
    }
  }
}

TEST_CASE("proxy: TLS to the proxy, and TLS within it") {
  Secure secure;
  asio::io_context loop;
  Listener plain(loop);
  Listener tls(loop, secure.options());
  for (const bool inner : {false, true}) {
    TlsProxy proxy(loop, secure.options());
    Dialler client(loop);
    client.network.proxy = "https://me:secret@localhost:" + std::to_string(proxy.acceptor->port());
    client.network.family = wscope::AddressFamily::kIpv4;
    client.tls.ca_file = client.tls.proxy_ca_file = secure.trusted();
    Listener& server = inner ? tls : plain;
    const auto error =
        client.dial((inner ? "wss://127.0.0.1:" : "ws://127.0.0.1:") + server.port());
    REQUIRE_MESSAGE(!error, error->message);
    CHECK(contains(proxy.request, "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"));
    REQUIRE(client.events.proxy_steps.size() == 2);
    CHECK(client.events.proxy_steps[0].rfind("TLS with proxy localhost:", 0) == 0);
    CHECK(contains(client.events.proxy_steps[0], "verified"));
    CHECK(client.events.tls.has_value() == inner);
    check_carries(loop, client, server);
  }
  TlsProxy proxy(loop, secure.options());
  Dialler client(loop);
  client.network.proxy = "https://127.0.0.1:" + std::to_string(proxy.acceptor->port());
  const auto error = client.dial("ws://127.0.0.1:" + plain.port());
  REQUIRE(error);
  CHECK(error->stage == Stage::kTls);
  CHECK(contains(error->message, "can't verify proxy 127.0.0.1:"));
}

TEST_CASE("proxy: unreachable, unknown, of the wrong kind, silent") {
  asio::io_context loop;
  Listener stranger(loop);
  const std::string where = "127.0.0.1:" + stranger.port();
  SUBCASE("refused") {
    Dialler client(loop);
    stranger.acceptor->stop();
    client.network.proxy = where;
    const auto error = client.dial("ws://h");
    CHECK(error->stage == Stage::kProxy);
    CHECK(error->message == "can't connect to proxy " + where + ": connection refused");
    CHECK(client.events.attempts ==
          std::vector<std::string>{"proxy " + where + ": connection refused"});
  }
  SUBCASE("unknown, from the environment") {
    ::setenv("ws_proxy", "http://no-such-proxy.invalid:1", 1);
    Dialler client(loop);
    client.network.proxy.reset();
    const auto error = client.dial("ws://h");
    ::unsetenv("ws_proxy");
    CHECK(error->stage == Stage::kProxy);
    CHECK(contains(error->message, "can't resolve proxy no-such-proxy.invalid: "));
    CHECK(contains(error->hint, "the proxy is that of $ws_proxy, --proxy '' goes without"));
  }
  SUBCASE("malformed") {
    Dialler client(loop);
    client.network.proxy = "ftp://h";
    CHECK(client.dial("ws://h")->stage == Stage::kUsage);
    CHECK(client.events.attempts.empty());
  }
  SUBCASE("not TLS") {
    Dialler client(loop);
    client.network.proxy = "https://" + where;
    client.start("ws://h");
    REQUIRE(run_until(loop, [&] { return stranger.streams.size() == 1; }));
    stranger.streams[0]->write_some("HTTP/1.0 400 Bad\r\n", 18);
    REQUIRE(run_until(loop, [&] { return client.calls == 1; }));
    CHECK(contains(client.outcome->error().message,
                   "TLS handshake with proxy " + where + " failed: the server answered in plain"));
    CHECK(contains(client.outcome->error().hint, "--proxy http://"));
  }
  SUBCASE("stalls: cancelled within the refusal's body, and at each byte of the answer") {
    const std::string answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nbody";
    for (std::size_t size = 0; size <= answer.size(); ++size) {
      Dialler client(loop);
      client.network.proxy = where;
      client.start("ws://h");
      REQUIRE(run_until(loop, [&] { return stranger.streams.size() == 1; }));
      if (size > 0) stranger.streams[0]->write_some(answer.data(), size);
      run_until(loop, [&] { return contains(client.connector->stage_in_words(), "waiting"); });
      loop.restart();
      loop.poll();
      CHECK(client.connector->stage_in_words() ==
            "waiting for proxy " + where + " to connect to h:80");
      client.connector->cancel();
      loop.restart();
      loop.poll();
      CHECK(client.calls == 0);
      stranger.streams.clear();
    }
  }
  SUBCASE("stalls: the refusal is told without the rest of its body") {
    const std::string answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nbody";
    Dialler client(loop);
    client.network.proxy = where;
    client.start("ws://h");
    REQUIRE(run_until(loop, [&] { return stranger.streams.size() == 1; }));
    stranger.streams[0]->write_some(answer.data(), answer.size());
    REQUIRE(run_until(loop, [&] { return client.calls == 1; }));
    CHECK(contains(client.outcome->error().detail, "body"));
    CHECK(contains(client.outcome->error().message, "403 Forbidden"));
  }
}

TEST_CASE("proxy: cancelled or destroyed from within each of its events") {
  TemporaryFolder folder;
  asio::io_context loop;
  Listener plain(loop);
  const ServerProcess proxy(tinyproxy(folder, ""));
  REQUIRE(proxy.running());
  for (int at = 0; at < 3; ++at) {  // the head sent, the head that came, the step
    for (const bool destroy : {false, true}) {
      CAPTURE(at);
      Dialler client(loop);
      client.network.proxy = "127.0.0.1:" + proxy.port();
      int heard = 0;
      client.events.on_note = [&](const std::string& kind) {
        if (kind.rfind("proxy", 0) != 0 || heard++ != at) return;
        if (destroy) {
          client.connector.reset();
        } else {
          client.connector->cancel();
        }
      };
      client.start("ws://127.0.0.1:" + plain.port());
      CHECK(run_until(loop, [&] { return heard > at; }));
      loop.restart();
      loop.run_for(std::chrono::milliseconds(20));
      CHECK(client.calls == 0);
      CHECK(heard == at + 1);
    }
  }
}
