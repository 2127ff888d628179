#include <doctest/doctest.h>

#include <filesystem>

#include "certificates.h"
#include "dialling.h"
#include "net/socket_address.h"

using namespace test;
using wscope::net::Acceptor;

TEST_CASE("acceptor: addresses it takes and names") {
  asio::io_context loop;
  for (const auto& [text, host] : {std::pair<const char*, const char*>{"0", "127.0.0.1:"},
                                   {"127.0.0.1:0", "127.0.0.1:"},
                                   {":0", "127.0.0.1:"},
                                   {"[::1]:0", "[::1]:"},
                                   {"*:0", "[::]:"},
                                   {"0.0.0.0:0", "0.0.0.0:"}}) {
    CAPTURE(text);
    Listener server(loop, {}, text);
    REQUIRE_FALSE(server.error);
    CHECK(server.acceptor->port() != 0);
    CHECK(server.acceptor->local_address() == host + server.port());
    CHECK_FALSE(server.acceptor->secure());
  }
  for (const char* text : {"", "x", "localhost:", "1:2:3", "65536", "127.0.0.1:-1", "a b:0"}) {
    CAPTURE(text);
    const Listener server(loop, {}, text);
    REQUIRE(server.error);
    CHECK(server.error->stage == Stage::kUsage);
  }
}

TEST_CASE("acceptor: a taken port is told with its address") {
  asio::io_context loop;
  Listener first(loop);
  const Listener second(loop, {}, "127.0.0.1:" + first.port());
  REQUIRE(second.error);
  CHECK(second.error->stage == Stage::kConnect);
  CHECK(second.error->message ==
        "can't listen on 127.0.0.1:" + first.port() + ": address already in use");
}

TEST_CASE("acceptor: a stale socket file is taken over, a live one is not, ours goes with us") {
  asio::io_context loop;
  TemporaryFolder folder;
  const std::string path = folder / "s.sock";
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto address = *wscope::net::SocketAddress::unix_path(path);
    REQUIRE(::bind(fd, address.data(), address.size()) == 0);
    ::close(fd);
  }
  REQUIRE(std::filesystem::exists(path));
  {
    Listener server(loop, {}, "unix:" + path);
    REQUIRE_FALSE(server.error);
    CHECK(server.acceptor->local_address() == "unix:" + path);
    const Listener second(loop, {}, "unix:" + path);
    REQUIRE(second.error);
    CHECK(second.error->message == "can't listen on unix:" + path + ": address already in use");
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  folder.write("plain", "x");
  const Listener file(loop, {}, "unix:" + (folder / "plain"));
  CHECK(file.error);
  CHECK(std::filesystem::exists(folder / "plain"));
}

TEST_CASE("acceptor: a peer that stalls or botches the TLS handshake is told to failed") {
  asio::io_context loop;
  TemporaryFolder folder;
  const Certificate certificate = make_certificate({});
  wscope::TlsOptions tls;
  tls.cert_file = folder.write("c.pem", certificate.pem() + certificate.key_pem());
  Listener server(loop, tls, "127.0.0.1:0", 0.05);
  REQUIRE_FALSE(server.error);
  CHECK(server.acceptor->secure());
  Dialler client(loop);
  REQUIRE_FALSE(client.dial("ws://127.0.0.1:" + server.port()));
  SUBCASE("stalls") {
    REQUIRE(run_until(loop, [&] { return server.failures.size() == 1; }));
    CHECK(server.failures[0].stage == Stage::kTimeout);
    CHECK(contains(server.failures[0].message, "TLS handshake with 127.0.0.1:"));
    std::string got;
    CHECK(read_to_end(loop, *client.stream, got).status != wscope::net::IoResult::Status::kAgain);
  }
  SUBCASE("speaks plain HTTP") {
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    client.stream->write_some(request.data(), request.size());
    REQUIRE(run_until(loop, [&] { return server.failures.size() == 1; }));
    CHECK(server.failures[0].stage == Stage::kTls);
    CHECK_MESSAGE(
        contains(server.failures[0].message, "the client sent plain text: \"GET / HTTP/1.1\""),
        server.failures[0].message);
  }
  SUBCASE("is still at it when the acceptor goes") {
    run_until(loop, [&] { return true; });
    loop.restart();
    loop.poll();
    server.acceptor.reset();
    loop.restart();
    loop.run_for(std::chrono::milliseconds(100));
    CHECK(server.failures.empty());
  }
  CHECK(server.streams.empty());
}

TEST_CASE("acceptor: stop from within accepted") {
  asio::io_context loop;
  auto acceptor = std::move(*Acceptor::open(loop, "0", {}, 1));
  int accepted = 0;
  const std::string url = "ws://" + acceptor->local_address();
  acceptor->start(
      [&](StreamHandle) {
        ++accepted;
        acceptor.reset();
      },
      [](const Error&) {});
  Dialler client(loop);
  CHECK_FALSE(client.dial(url));
  CHECK(run_until(loop, [&] { return accepted == 1; }));
  CHECK(client.dial(url)->stage == Stage::kConnect);
}
