#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "certificates.h"
#include "dialling.h"
#include "net/socket_address.h"

using namespace test;
using wscope::AddressFamily;
using wscope::UniqueFd;
using wscope::net::SocketAddress;

namespace {

/// A port that refuses: bound, never listening.
struct RefusedPort {
  explicit RefusedPort(const char* host = "127.0.0.1") {
    const auto address = *SocketAddress::literal(host, 0);
    fd = UniqueFd(::socket(address.family(), SOCK_STREAM, 0));
    REQUIRE(::bind(fd.get(), address.data(), address.size()) == 0);
    port = std::to_string(SocketAddress::local_of(fd.get()).port());
  }
  UniqueFd fd;
  std::string port;
};

/// A listener with a full backlog: a connection to it hangs.
struct StalledPort {
  explicit StalledPort(const char* host = "127.0.0.1", const std::string& wanted_port = "0") {
    auto address =
        *SocketAddress::literal(host, static_cast<std::uint16_t>(std::stoi(wanted_port)));
    fd = UniqueFd(::socket(address.family(), SOCK_STREAM, 0));
    REQUIRE(::bind(fd.get(), address.data(), address.size()) == 0);
    REQUIRE(::listen(fd.get(), 0) == 0);
    address = SocketAddress::local_of(fd.get());
    port = std::to_string(address.port());
    for (int i = 0; i < 4; ++i) {
      fillers.emplace_back(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK, 0));
      ::connect(fillers.back().get(), address.data(), address.size());
    }
  }
  UniqueFd fd;
  std::vector<UniqueFd> fillers;
  std::string port;
};

}  // namespace

TEST_CASE("connector: a literal address connects without a resolver") {
  asio::io_context loop;
  Listener server(loop);
  Dialler client(loop);
  CHECK_FALSE(client.dial("ws://127.0.0.1:" + server.port()));
  CHECK(client.calls == 1);
  CHECK(client.events.resolved.empty());
  CHECK(client.events.attempts == std::vector<std::string>{"127.0.0.1:" + server.port()});
  CHECK(client.stream->peer_address() == "127.0.0.1:" + server.port());
  REQUIRE(run_until(loop, [&] { return server.streams.size() == 1; }));
  CHECK(server.streams[0]->peer_address() == client.stream->local_address());
  CHECK(carry(loop, *client.stream, *server.streams[0], std::string(300000, 'x')) ==
        std::string(300000, 'x'));
  CHECK(carry(loop, *server.streams[0], *client.stream, "back") == "back");
}

TEST_CASE("connector: localhost is looked up and told") {
  asio::io_context loop;
  Listener server(loop);
  Dialler client(loop);
  client.network.family = AddressFamily::kIpv4;
  CHECK_FALSE(client.dial("localhost:" + server.port()));
  CHECK(client.events.resolved == std::vector<std::string>{"localhost"});
  CHECK(client.events.addresses == std::vector<std::string>{"127.0.0.1"});
}

TEST_CASE("connector: an unknown name is told with its name") {
  asio::io_context loop;
  Dialler client(loop);
  const auto error = client.dial("ws://no-such-host.invalid/");
  REQUIRE(error);
  CHECK(error->stage == Stage::kResolve);
  CHECK(contains(error->message, "can't resolve no-such-host.invalid: "));
  CHECK(client.events.resolved.size() == 1);
  CHECK(client.events.addresses.empty());
}

TEST_CASE("connector: a refused port names address and cause") {
  asio::io_context loop;
  RefusedPort closed;
  Dialler client(loop);
  const auto error = client.dial("ws://127.0.0.1:" + closed.port);
  REQUIRE(error);
  CHECK(error->stage == Stage::kConnect);
  CHECK(error->message == "can't connect to 127.0.0.1:" + closed.port + ": connection refused");
  CHECK(contains(error->hint, "server running"));
}

TEST_CASE("connector: when all addresses fail each is named with its cause") {
  asio::io_context loop;
  RefusedPort closed;
  Dialler client(loop);
  client.network.resolve = {"three.example:" + closed.port + ":127.0.0.1,127.0.0.2,[::1]"};
  const auto error = client.dial("three.example:" + closed.port);
  REQUIRE(error);
  CHECK(error->message ==
        "can't connect to three.example:" + closed.port + ": 127.0.0.1:" + closed.port +
            ": connection refused; [::1]:" + closed.port +
            ": connection refused; 127.0.0.2:" + closed.port + ": connection refused");
  CHECK(client.events.attempts.size() == 3);
}

TEST_CASE("connector: a failed address is followed at once by the next") {
  asio::io_context loop;
  Listener server(loop);
  Dialler client(loop);
  client.network.resolve = {"two.example:" + server.port() + ":127.0.0.2,127.0.0.1"};
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(client.dial("two.example:" + server.port()));
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::milliseconds(200));
  CHECK(client.events.attempts ==
        std::vector<std::string>{"127.0.0.2:" + server.port() + ": connection refused",
                                 "127.0.0.1:" + server.port()});
}

TEST_CASE("connector: a stalled address is overtaken after 250 ms (RFC 8305)") {
  asio::io_context loop;
  Listener server(loop, {}, "127.0.0.1:0");
  StalledPort stalled("127.0.0.2", server.port());
  Dialler client(loop);
  client.network.resolve = {"two.example:" + server.port() + ":127.0.0.2,127.0.0.1"};
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(client.dial("two.example:" + server.port()));
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took >= std::chrono::milliseconds(245));
  CHECK(took < std::chrono::milliseconds(900));
  CHECK(client.events.attempts ==
        std::vector<std::string>{"127.0.0.1:" + server.port(),
                                 "127.0.0.2:" + server.port() +
                                     ": given up: 127.0.0.1:" + server.port() + " was faster"});
}

TEST_CASE("connector: -4, -6 and --interface narrow the addresses") {
  asio::io_context loop;
  Listener server(loop);
  Dialler client(loop);
  client.network.family = AddressFamily::kIpv6;
  const auto error = client.dial("ws://127.0.0.1:" + server.port());
  REQUIRE(error);
  CHECK(error->stage == Stage::kUsage);
  CHECK(contains(error->message, "-6"));

  Dialler bound(loop);
  bound.network.interface = "127.0.0.9";
  CHECK_FALSE(bound.dial("ws://127.0.0.1:" + server.port()));
  CHECK(bound.stream->local_address().rfind("127.0.0.9:", 0) == 0);

  Dialler device(loop);
  device.network.interface = "lo";
  CHECK_FALSE(device.dial("ws://127.0.0.1:" + server.port()));

  Dialler unknown(loop);
  unknown.network.interface = "no-such-if0";
  CHECK(unknown.dial("ws://127.0.0.1:" + server.port())->stage == Stage::kUsage);
}

TEST_CASE("connector: --connect-to goes elsewhere") {
  asio::io_context loop;
  Listener server(loop);
  for (const std::string& option : {"127.0.0.1:" + server.port(), "::127.0.0.1:" + server.port(),
                                    "other.example:80:127.0.0.1:" + server.port(),
                                    "other.example::127.0.0.1:" + server.port()}) {
    CAPTURE(option);
    Dialler client(loop);
    client.network.connect_to = {"unmatched.example:80:127.0.0.3:1", option};
    CHECK_FALSE(client.dial("ws://other.example/"));
  }
  for (const char* option : {"", "a:b", "a:1:b:2:c", "h:x:1:2", "1:2:3"}) {
    CAPTURE(option);
    Dialler client(loop);
    client.network.connect_to = {option};
    CHECK(client.dial("ws://other.example/")->stage == Stage::kUsage);
  }
  for (const char* option :
       {"", "a", "a:1", "a:x:127.0.0.1", "a:1:name", "a:1:127.0.0.1,", "a:1:"}) {
    CAPTURE(option);
    Dialler client(loop);
    client.network.resolve = {option};
    CHECK(client.dial("ws://other.example/")->stage == Stage::kUsage);
  }
}

TEST_CASE("connector: unix sockets, by path and abstract") {
  asio::io_context loop;
  TemporaryFolder folder;
  const std::string abstract = "@wscope-test-" + std::to_string(::getpid());
  for (const std::string& where : {folder / "s.sock", abstract}) {
    CAPTURE(where);
    Listener server(loop, {}, "unix:" + where);
    REQUIRE_FALSE(server.error);
    Dialler client(loop);
    CHECK_FALSE(client.dial("ws+unix:" + where + ":/x"));
    CHECK(client.events.attempts == std::vector<std::string>{"unix:" + where});
    CHECK(client.stream->peer_address() == "unix:" + where);

    Dialler by_option(loop);
    by_option.network.unix_socket = where;
    CHECK_FALSE(by_option.dial("ws://some.example/x"));
  }
  Dialler nobody(loop);
  const auto error = nobody.dial("ws+unix:" + (folder / "none.sock") + ":/");
  REQUIRE(error);
  CHECK(error->message ==
        "can't connect to unix:" + (folder / "none.sock") + ": no such file or directory");
}

TEST_CASE("connector: a full unix backlog is waited for, not taken for a connection") {
  asio::io_context loop;
  TemporaryFolder folder;
  const auto address = *SocketAddress::unix_path(folder / "s.sock");
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  REQUIRE(::bind(listener.get(), address.data(), address.size()) == 0);
  REQUIRE(::listen(listener.get(), 0) == 0);
  std::vector<UniqueFd> fillers;
  for (;;) {
    fillers.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    if (::connect(fillers.back().get(), address.data(), address.size()) != 0) break;
  }
  Dialler client(loop);
  client.start("ws+unix:" + (folder / "s.sock") + ":/");
  for (int i = 0; i < 3; ++i) loop.run_for(std::chrono::milliseconds(30));
  CHECK(client.calls == 0);
  CHECK(contains(client.connector->stage_in_words(), "connecting to unix:"));
  const UniqueFd accepted(::accept(listener.get(), nullptr, nullptr));
  CHECK(run_until(loop, [&] { return client.calls == 1; }));
  CHECK(client.outcome->has_value());
}

TEST_CASE("connector: cancel at each stage, from outside and from within an event") {
  asio::io_context loop;
  Listener server(loop);
  StalledPort stalled;
  TemporaryFolder folder;
  const Certificate certificate = make_certificate({});
  wscope::TlsOptions tls;
  tls.cert_file = folder.write("c.pem", certificate.pem() + certificate.key_pem());
  Listener secure(loop, tls);

  SUBCASE("before the first step") {
    Dialler client(loop);
    client.start("ws://127.0.0.1:" + server.port());
    client.connector->cancel();
    server.acceptor->stop();
    secure.acceptor->stop();
    loop.run();
    CHECK(client.calls == 0);
  }
  SUBCASE("resolving") {
    Dialler client(loop);
    client.start("ws://localhost:" + server.port());
    loop.poll_one();
    CHECK(client.connector->stage_in_words() == "resolving localhost");
    client.connector->cancel();
    CHECK(client.connector->stage_in_words() == "resolving localhost");
    server.acceptor->stop();
    secure.acceptor->stop();
    loop.run();
    CHECK(client.calls == 0);
  }
  SUBCASE("connecting") {
    Dialler client(loop);
    client.start("ws://127.0.0.1:" + stalled.port);
    loop.poll();
    CHECK(client.connector->stage_in_words() == "connecting to 127.0.0.1:" + stalled.port);
    client.connector->cancel();
    CHECK(client.connector->stage_in_words() == "connecting to 127.0.0.1:" + stalled.port);
    server.acceptor->stop();
    secure.acceptor->stop();
    loop.run();
    CHECK(client.calls == 0);
  }
  SUBCASE("TLS, with a peer that never answers") {
    Dialler client(loop);
    client.tls.verify = false;
    client.start("wss://127.0.0.1:" + server.port());
    REQUIRE(run_until(loop, [&] { return server.streams.size() == 1; }));
    run_until(loop, [&] { return contains(client.connector->stage_in_words(), "TLS"); });
    CHECK(client.connector->stage_in_words() == "TLS handshake with 127.0.0.1:" + server.port());
    client.connector.reset();
    server.acceptor->stop();
    secure.acceptor->stop();
    loop.restart();
    loop.run();
    CHECK(client.calls == 0);
  }
  SUBCASE("from within each event") {
    for (const char* stage : {"resolved", "attempt", "tls"}) {
      for (const bool destroy : {false, true}) {
        CAPTURE(stage);
        Dialler client(loop);
        client.network.family = AddressFamily::kIpv4;
        client.tls.verify = false;
        bool heard = false;
        client.events.on_note = [&](const std::string& kind) {
          if (kind != stage) return;
          heard = true;
          if (destroy) {
            client.connector.reset();
          } else {
            client.connector->cancel();
          }
        };
        client.start("wss://localhost:" + secure.port());
        CHECK(run_until(loop, [&] { return heard; }));
        loop.restart();
        loop.run_for(std::chrono::milliseconds(20));
        CHECK(client.calls == 0);
      }
    }
  }
}

TEST_CASE("connector: done may start the connector again, or destroy it") {
  asio::io_context loop;
  Listener server(loop);
  wscope::NetworkOptions network;
  const wscope::TlsOptions options;
  wscope::net::TlsContexts tls(options);
  NotedEvents events;
  auto connector = std::make_unique<wscope::net::Connector>(loop, network, tls, events);
  const auto url = *wscope::net::parse_url("ws://127.0.0.1:" + server.port());
  int calls = 0;
  connector->start(url, [&](auto) {
    ++calls;
    connector->start(url, [&](auto) {
      ++calls;
      connector.reset();
    });
  });
  CHECK(run_until(loop, [&] { return calls == 2; }));
  CHECK_FALSE(connector);
}
