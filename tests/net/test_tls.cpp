#include <doctest/doctest.h>

#include <cstdlib>

#include "certificates.h"
#include "dialling.h"
#include "net/tls_error.h"

using namespace test;
using wscope::TlsOptions;
using wscope::TlsVersion;
using wscope::net::IoResult;

namespace {

/// A CA, a good certificate of it, and a server with any certificate.
struct World {
  asio::io_context loop;
  TemporaryFolder folder;
  Certificate authority = make_authority("wscope test CA");
  std::string ca_file = folder.write("ca.pem", authority.pem());

  TlsOptions serve(const Certificate& certificate, const std::string& chain = "") {
    TlsOptions out;
    out.cert_file = folder.write("server.pem", certificate.pem() + chain + certificate.key_pem());
    return out;
  }
  TlsOptions serve(const CertificateSpec& spec) {
    return serve(make_certificate(spec, &authority));
  }
};

std::string year_of(int days) {
  const std::time_t then = std::time(nullptr) + 86400L * days;
  char text[5];
  std::strftime(text, sizeof text, "%Y", std::gmtime(&then));
  return text;
}

}  // namespace

TEST_CASE("tls: a verified connection, and what it tells") {
  World world;
  Listener server(world.loop, world.serve(CertificateSpec{}));
  Dialler client(world.loop);
  client.tls.ca_file = world.ca_file;
  for (const char* host : {"localhost", "127.0.0.1"}) {
    CAPTURE(host);
    client.network.family = wscope::AddressFamily::kIpv4;
    const auto error = client.dial(std::string("wss://") + host + ":" + server.port());
    REQUIRE_MESSAGE(!error, error->message);
    REQUIRE(client.events.tls);
    CHECK(client.events.tls->version == "TLSv1.3");
    CHECK(client.events.tls->cipher.rfind("TLS_", 0) == 0);
    CHECK(client.events.tls->alpn == "http/1.1");
    CHECK(client.events.tls->subject == "CN=localhost");
    CHECK(client.events.tls->issuer == "CN=wscope test CA");
    CHECK(client.events.tls->not_before.size() == 20);
    CHECK(client.events.tls->not_after.substr(0, 4) == year_of(30));
    CHECK(client.events.tls->not_after.back() == 'Z');
    CHECK(client.events.tls->verified);
    CHECK(client.events.tls->verify_note.empty());
    CHECK(client.events.tls->seconds > 0);
    client.events.tls.reset();
  }
}

TEST_CASE("tls: bytes both ways, close_notify and a cut") {
  World world;
  for (const TlsVersion version : {TlsVersion::kTls12, TlsVersion::kTls13}) {
    Listener server(world.loop, world.serve(CertificateSpec{}));
    Dialler client(world.loop);
    client.tls.ca_file = world.ca_file;
    client.tls.max_version = version;
    REQUIRE_FALSE(client.dial("wss://127.0.0.1:" + server.port()));
    REQUIRE(run_until(world.loop, [&] { return server.streams.size() == 1; }));
    std::string data;
    while (data.size() < 3000000) data += "frame " + std::to_string(data.size());
    auto& peer = *server.streams[0];
    CHECK(carry(world.loop, *client.stream, peer, data) == data);
    CHECK(carry(world.loop, peer, *client.stream, data) == data);
    CHECK(carry(world.loop, *client.stream, peer, "x") == "x");

    std::string rest;
    SUBCASE("close_notify is an end, and the other side may still send") {
      CHECK(client.stream->shutdown_send().status == IoResult::Status::kOk);
      CHECK(read_to_end(world.loop, peer, rest).status == IoResult::Status::kEnd);
      CHECK(carry(world.loop, peer, *client.stream, "late") == "late");
      CHECK(peer.shutdown_send().status == IoResult::Status::kOk);
      CHECK(read_to_end(world.loop, *client.stream, rest).status == IoResult::Status::kEnd);
      CHECK(rest.empty());
    }
    SUBCASE("an end without it is a failure of its own") {
      peer.close();
      const IoResult result = read_to_end(world.loop, *client.stream, rest);
      CHECK(result.status == IoResult::Status::kFailed);
      CHECK(result.error == wscope::net::TlsErrc::kTruncated);
      CHECK(client.stream->explain(result.error) ==
            "TLS: the connection was cut without close_notify");
      CHECK(client.stream->stage(result.error) == Stage::kConnection);
      // and stays one
      CHECK(client.stream->read_some(rest.data(), 1).error == result.error);
    }
  }
}

TEST_CASE("tls: each failed check is told with certificate, cause and option") {
  World world;
  struct Row {
    const char* name;
    CertificateSpec spec;
    const char* host;
    std::string message;
    const char* hint;
  };
  CertificateSpec expired;
  expired.begins_in_days = -100;
  expired.ends_in_days = -3;
  CertificateSpec future;
  future.begins_in_days = 5;
  CertificateSpec elsewhere;
  elsewhere.common_name = "other";
  elsewhere.names = "DNS:a.example,DNS:*.b.example,IP:10.0.0.1";
  CertificateSpec nameless;
  nameless.common_name = "only.example";
  nameless.names = "";
  CertificateSpec client_only;
  client_only.usage = "clientAuth";
  CertificateSpec hostile;
  hostile.common_name = "\xc2\x9b[31mred\x1b]0;x";
  hostile.names = "DNS:x.example";
  const Row rows[] = {
      {"expired", expired, "localhost", "its certificate (CN=localhost) expired on ", "clock"},
      {"not yet", future, "localhost", "its certificate (CN=localhost) is not valid before ",
       "clock"},
      {"host", elsewhere, "localhost",
       "its certificate (CN=other) is for a.example, *.b.example, 10.0.0.1, not for localhost",
       "--servername NAME"},
      {"address", elsewhere, "127.0.0.1",
       "its certificate (CN=other) is for a.example, *.b.example, 10.0.0.1, not for the address "
       "127.0.0.1",
       "--servername NAME"},
      {"common name", nameless, "localhost",
       "its certificate (CN=only.example) is for only.example, not for localhost", "-k"},
      {"purpose", client_only, "localhost",
       "its certificate (CN=localhost) is not one for a TLS server", "-k"},
      {"hostile", hostile, "localhost", "is for x.example, not for localhost", "-k"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Listener server(world.loop, world.serve(row.spec));
    Dialler client(world.loop);
    client.network.family = wscope::AddressFamily::kIpv4;
    client.tls.ca_file = world.ca_file;
    const std::string where = std::string(row.host) + ":" + server.port();
    const auto error = client.dial("wss://" + where);
    REQUIRE(error);
    CHECK(error->stage == Stage::kTls);
    CHECK_MESSAGE(error->message.rfind("can't verify " + where + ": its ", 0) == 0, error->message);
    CHECK_MESSAGE(contains(error->message, row.message), error->message);
    CHECK_MESSAGE(contains(error->hint, row.hint), error->hint);
    for (const char c : error->message) CHECK((c >= 0x20 && c < 0x7f));
    CHECK_FALSE(client.events.tls);

    // -k goes on, and says what it ignored
    Dialler careless(world.loop);
    careless.network.family = wscope::AddressFamily::kIpv4;
    careless.tls.ca_file = world.ca_file;
    careless.tls.verify = false;
    CHECK_FALSE(careless.dial("wss://" + where));
    REQUIRE(careless.events.tls);
    CHECK_FALSE(careless.events.tls->verified);
    CHECK_MESSAGE(contains(careless.events.tls->verify_note, row.message),
                  careless.events.tls->verify_note);
  }
  const auto message = [&](const CertificateSpec& spec) {
    Listener server(world.loop, world.serve(spec));
    Dialler client(world.loop);
    client.tls.ca_file = world.ca_file;
    return client.dial("wss://127.0.0.1:" + server.port())->message;
  };
  CHECK(contains(message(expired), " UTC, 3 days ago"));
  CHECK(contains(message(future), " UTC, in "));
}

TEST_CASE("tls: each broken chain is told with its link") {
  World world;
  const Certificate root = make_authority("Far Root");
  const Certificate middle = make_authority("Middle CA", &root);
  CertificateSpec old_ca;
  old_ca.common_name = "Old Middle";
  old_ca.names = "";
  old_ca.ca = true;
  old_ca.begins_in_days = -100;
  old_ca.ends_in_days = -2;
  const Certificate old_middle = make_certificate(old_ca, &root);
  const std::string root_file = world.folder.write("root.pem", root.pem());
  const Certificate self_signed = make_certificate({});
  const Certificate leaf = make_certificate({}, &middle);
  const Certificate old_leaf = make_certificate({}, &old_middle);
  struct Row {
    const Certificate& certificate;
    std::string chain;
    std::string ca_file;
    std::string message;
    const char* hint;
  };
  const Row rows[] = {
      {self_signed, "", world.ca_file,
       "its certificate (CN=localhost) is self-signed and not in " + world.ca_file, "--ca FILE"},
      {self_signed, "", "",
       "its certificate (CN=localhost) is self-signed and not among the system's trusted ones",
       "--ca FILE"},
      {leaf, middle.pem() + root.pem(), world.ca_file,
       "its issuer's certificate (CN=Far Root, link 2 of the chain) is the root of the chain and "
       "not in " +
           world.ca_file,
       "--ca FILE with that root"},
      {leaf, "", root_file,
       "its certificate (CN=localhost) is issued by \"CN=Middle CA\", which is not in " + root_file,
       "intermediate"},
      {leaf, middle.pem(), world.ca_file,
       "its issuer's certificate (CN=Middle CA, link 1 of the chain) is issued by \"CN=Far Root\", "
       "which is not in " +
           world.ca_file,
       "--ca FILE"},
      {old_leaf, old_middle.pem(), root_file,
       "its issuer's certificate (CN=Old Middle, link 1 of the chain) expired on ", "clock"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    Listener server(world.loop, world.serve(row.certificate, row.chain));
    Dialler client(world.loop);
    client.tls.ca_file = row.ca_file;
    const auto error = client.dial("wss://127.0.0.1:" + server.port());
    REQUIRE(error);
    CHECK(error->stage == Stage::kTls);
    CHECK_MESSAGE(contains(error->message, row.message), error->message);
    CHECK_MESSAGE(contains(error->hint, row.hint), error->hint);
  }
  SUBCASE("what is in --ca is trusted as it stands") {
    for (const auto& [certificate, trusted] :
         {std::pair<const Certificate&, std::string>{self_signed, self_signed.pem()},
          std::pair<const Certificate&, std::string>{leaf, leaf.pem()},
          std::pair<const Certificate&, std::string>{leaf, middle.pem()}}) {
      Listener server(world.loop, world.serve(certificate));
      Dialler client(world.loop);
      client.tls.ca_file = world.folder.write("trusted.pem", trusted);
      const auto error = client.dial("wss://127.0.0.1:" + server.port());
      CHECK_MESSAGE(!error, error->message);
    }
  }
}

TEST_CASE("tls: --servername is asked for and expected") {
  World world;
  CertificateSpec spec;
  spec.names = "DNS:inner.example";
  Listener server(world.loop, world.serve(spec));
  Dialler client(world.loop);
  client.tls.ca_file = world.ca_file;
  client.tls.server_name = "inner.example";
  CHECK_FALSE(client.dial("wss://127.0.0.1:" + server.port()));
}

TEST_CASE("tls: a final dot is no part of the name that is checked") {
  World world;
  Listener server(world.loop, world.serve(CertificateSpec{}));
  Dialler client(world.loop);
  client.tls.ca_file = world.ca_file;
  client.network.resolve = {"localhost.:" + server.port() + ":127.0.0.1"};
  CHECK_FALSE(client.dial("wss://localhost.:" + server.port()));
}

TEST_CASE("tls: versions and ciphers") {
  World world;
  TlsOptions only13 = world.serve(CertificateSpec{});
  only13.min_version = TlsVersion::kTls13;
  Listener server(world.loop, only13);
  const auto dial = [&](auto change) {
    Dialler client(world.loop);
    client.tls.ca_file = world.ca_file;
    change(client.tls);
    auto error = client.dial("wss://127.0.0.1:" + server.port());
    if (!error) CHECK(client.events.tls->version == "TLSv1.3");
    return error;
  };
  const auto old = dial([](TlsOptions& tls) { tls.max_version = TlsVersion::kTls12; });
  REQUIRE(old);
  CHECK(old->stage == Stage::kTls);
  CHECK_MESSAGE(contains(old->message, "the peer sent the TLS alert \"protocol version\""),
                old->message);
  CHECK(contains(old->hint, "--tls-max"));
  CHECK(dial([](TlsOptions& tls) {
          tls.min_version = TlsVersion::kTls13;
          tls.max_version = TlsVersion::kTls12;
        })->stage == Stage::kUsage);
  CHECK_FALSE(dial([](TlsOptions& tls) { tls.ciphers = "TLS_AES_128_GCM_SHA256:AES128-SHA"; }));
  const auto none = dial([](TlsOptions& tls) { tls.ciphers = "NO-SUCH"; });
  REQUIRE(none);
  CHECK(none->stage == Stage::kUsage);
  CHECK(contains(none->message, "--ciphers NO-SUCH"));
}

TEST_CASE("tls: pins") {
  World world;
  Listener server(world.loop, world.serve(CertificateSpec{}));
  const auto dial = [&](const std::string& pin) {
    Dialler client(world.loop);
    client.tls.verify = false;  // a pin counts all the same
    client.tls.pin = pin;
    return client.dial("wss://127.0.0.1:" + server.port());
  };
  const std::string wrong = "sha256//" + std::string(43, 'A') + "=";
  const auto error = dial(wrong);
  REQUIRE(error);
  CHECK(error->stage == Stage::kTls);
  const auto at = error->message.find("sha256//");
  REQUIRE(at != std::string::npos);
  const std::string right = error->message.substr(at);
  CHECK_FALSE(dial(right));
  CHECK_FALSE(dial(wrong + ";" + right));
  for (const char* bad : {"sha256//x", "sha1//AAAA", "AAAA"})
    CHECK(dial(bad)->stage == Stage::kUsage);
}

TEST_CASE("tls: a key log, asked for or by the environment") {
  World world;
  Listener server(world.loop, world.serve(CertificateSpec{}));
  const auto keys_in = [&](const std::string& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  Dialler client(world.loop);
  client.tls.verify = false;
  client.tls.key_log = world.folder / "keys";
  CHECK_FALSE(client.dial("wss://127.0.0.1:" + server.port()));
  CHECK(contains(keys_in(world.folder / "keys"), "CLIENT_TRAFFIC_SECRET_0 "));
  struct stat status {};
  REQUIRE(::stat((world.folder / "keys").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  ::setenv("SSLKEYLOGFILE", (world.folder / "env").c_str(), 1);
  Dialler by_environment(world.loop);
  by_environment.tls.verify = false;
  CHECK_FALSE(by_environment.dial("wss://127.0.0.1:" + server.port()));
  ::unsetenv("SSLKEYLOGFILE");
  CHECK(contains(keys_in(world.folder / "env"), "CLIENT_HANDSHAKE_TRAFFIC_SECRET "));

  Dialler impossible(world.loop);
  impossible.tls.key_log = world.folder / "no/such/folder";
  CHECK(impossible.dial("wss://127.0.0.1:" + server.port())->stage == Stage::kUsage);
}

TEST_CASE("tls: a server that doesn't speak TLS is recognised") {
  asio::io_context loop;
  Listener server(loop);
  Dialler client(loop);
  client.start("wss://127.0.0.1:" + server.port());
  REQUIRE(run_until(loop, [&] { return server.streams.size() == 1; }));
  std::string answer;
  std::string expected;
  const char* hint = "ws://";
  SUBCASE("plain HTTP") {
    answer = "HTTP/1.1 400 Bad\x1b Request\r\n\r\n";
    expected = "failed: the server answered in plain text: \"HTTP/1.1 400 Bad\\x1b Request\"";
  }
  SUBCASE("another protocol") {
    answer = "220 mail ESMTP\r\n";
    expected = "failed: the server answered in plain text: \"220 mail ESMTP\"";
  }
  SUBCASE("nothing at all") {
    expected = "failed: the peer closed the connection during the TLS handshake";
  }
  if (!answer.empty()) server.streams[0]->write_some(answer.data(), answer.size());
  server.streams[0]->shutdown_send();
  REQUIRE(run_until(loop, [&] { return client.calls == 1; }));
  REQUIRE_FALSE(*client.outcome);
  const Error& error = client.outcome->error();
  CHECK(error.stage == Stage::kTls);
  CHECK_MESSAGE(contains(error.message, "TLS handshake with 127.0.0.1:" + server.port()),
                error.message);
  CHECK_MESSAGE(contains(error.message, expected), error.message);
  CHECK_MESSAGE(contains(error.hint, hint), error.hint);
}

TEST_CASE("tls: client certificates as PEM, with a chain, a passphrase, PKCS#12 and DER") {
  World world;
  const Certificate middle = make_authority("Client CA", &world.authority);
  const Certificate mine = make_certificate({}, &middle);
  TlsOptions options = world.serve(CertificateSpec{});
  options.ca_file = world.ca_file;
  Listener server(world.loop, options);
  const auto& folder = world.folder;
  const auto dial = [&](auto change) {
    Dialler client(world.loop);
    client.tls.verify = false;
    client.tls.max_version = TlsVersion::kTls12;  // the refusal is part of the handshake there
    change(client.tls);
    return client.dial("wss://127.0.0.1:" + server.port());
  };
  const auto good = [&](auto change) {
    const auto error = dial(change);
    CHECK_MESSAGE(!error, error->message);
  };
  const std::string chain = mine.pem() + middle.pem();
  good([&](TlsOptions& tls) { tls.cert_file = folder.write("a.pem", chain + mine.key_pem()); });
  good([&](TlsOptions& tls) {
    tls.cert_file = folder.write("b.pem", chain);
    tls.key_file = folder.write("b.key", mine.key_pem());
  });
  good([&](TlsOptions& tls) {
    tls.cert_file = folder.write("c.pem", chain);
    tls.key_file = folder.write("c.key", mine.key_pem("sesame"));
    tls.passphrase = "sesame";
  });
  const Certificate direct = make_certificate({}, &world.authority);
  good([&](TlsOptions& tls) {
    tls.cert_file = folder.write("d.p12", direct.pkcs12("sesame"));
    tls.passphrase = "sesame";
  });
  good([&](TlsOptions& tls) { tls.cert_file = folder.write("e.p12", direct.pkcs12("")); });

  const auto refused = dial([](TlsOptions&) {});
  REQUIRE(refused);
  CHECK(refused->stage == Stage::kTls);
  CHECK_MESSAGE(contains(refused->hint, "--cert FILE"), refused->hint);
  CHECK(run_until(world.loop, [&] { return !server.failures.empty(); }));
  CHECK_MESSAGE(contains(server.failures[0].message, "peer did not return a certificate"),
                server.failures[0].message);

  struct Row {
    const char* cert;
    const char* key;
    const char* passphrase;
    const char* message;
  };
  folder.write("empty", "");
  folder.write("text", "-----BEGIN NOTHING-----\n");
  folder.write("other.key", direct.key_pem());
  const Row rows[] = {
      {"none.pem", "", nullptr, "can't read certificate {}: no such file or directory"},
      {"empty", "", nullptr, "can't read certificate {}: neither PEM, PKCS#12 nor DER"},
      {"text", "", nullptr, "can't read certificate {}: there is no certificate in it"},
      {"b.pem", "", nullptr, "can't read key {}: there is no private key in it"},
      {"b.pem", "c.key", "wrong", "can't read key {}: the passphrase is wrong"},
      {"b.pem", "other.key", nullptr, "doesn't belong to the certificate in"},
      {"d.p12", "", "wrong", "can't read certificate {}: the passphrase is wrong"},
      {"", "b.key", nullptr, "--key needs --cert"},
      {"b.pem", "none.key", nullptr, "can't read key {}: no such file or directory"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const auto error = dial([&](TlsOptions& tls) {
      if (*row.cert != '\0') tls.cert_file = folder / row.cert;
      if (*row.key != '\0') tls.key_file = folder / row.key;
      if (row.passphrase != nullptr) tls.passphrase = row.passphrase;
    });
    REQUIRE(error);
    CHECK(error->stage == Stage::kUsage);
    std::string expected = row.message;
    if (const auto hole = expected.find("{}"); hole != std::string::npos) {
      const bool key = expected.find("key {}") != std::string::npos && *row.key != '\0';
      expected.replace(hole, 2, folder / (key ? row.key : row.cert));
    }
    CHECK_MESSAGE(contains(error->message, expected), error->message);
  }
}

TEST_CASE("tls: a TLS 1.3 server refuses the client certificate after the handshake") {
  World world;
  TlsOptions options = world.serve(CertificateSpec{});
  options.ca_file = world.ca_file;
  Listener server(world.loop, options);
  Dialler client(world.loop);
  client.tls.verify = false;
  REQUIRE_FALSE(client.dial("wss://127.0.0.1:" + server.port()));
  std::string got;
  const IoResult result = read_to_end(world.loop, *client.stream, got);
  CHECK(result.status == IoResult::Status::kFailed);
  CHECK(client.stream->stage(result.error) == Stage::kTls);
  CHECK_MESSAGE(contains(client.stream->explain(result.error), "certificate required"),
                client.stream->explain(result.error));
  CHECK(contains(client.stream->hint(result.error), "--cert FILE --key FILE"));
}

TEST_CASE("tls: what can't be read of the options is a usage error before anything is dialled") {
  World world;
  const auto dial = [&](auto change) {
    Dialler client(world.loop);
    change(client.tls);
    const auto error = client.dial("wss://127.0.0.1:1");
    CHECK(client.events.attempts.empty());
    return *error;
  };
  CHECK(contains(dial([](TlsOptions& tls) { tls.ca_file = "/no/such/ca.pem"; }).message,
                 "can't read --ca /no/such/ca.pem: no such file or directory"));
  CHECK(contains(dial([&](TlsOptions& tls) { tls.ca_file = world.folder.write("x", "x"); }).message,
                 "there is no PEM certificate in it"));
  CHECK(dial([](TlsOptions& tls) { tls.ca_file = "/no/such/ca.pem"; }).stage == Stage::kUsage);
  // but ws:// needs none of it
  Dialler plain(world.loop);
  Listener server(world.loop);
  plain.tls.ca_file = "/no/such/ca.pem";
  CHECK_FALSE(plain.dial("ws://127.0.0.1:" + server.port()));
}

TEST_CASE("tls: over a unix socket the name is localhost") {
  World world;
  Listener server(world.loop, world.serve(CertificateSpec{}), "unix:" + (world.folder / "s"));
  Dialler client(world.loop);
  client.tls.ca_file = world.ca_file;
  CHECK_FALSE(client.dial("wss+unix:" + (world.folder / "s") + ":/"));
}
