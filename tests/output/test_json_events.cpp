#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "output/json_events.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;
using namespace std::string_literals;

namespace {

struct Events {
  explicit Events(bool secrets = false) : lines(screen), events(lines, clock, secrets) {}
  std::string line() {
    events.flush();
    return screen.take();
  }
  FakeClock clock;
  FakeScreen screen;
  LineOutput lines;
  JsonEvents events;
};

constexpr std::string_view kStart = R"({"t":0.000000,"time":"2026-07-14T08:11:12.345Z","event":")";

std::string at_start(std::string_view rest) { return std::string(kStart).append(rest) + "\n"; }

Message message(MessageType type, std::string_view data, Direction direction) {
  Message made;
  made.type = type;
  made.data = data;
  made.direction = direction;
  return made;
}

}  // namespace

TEST_CASE("the steps of a connection") {
  Events out;
  Resolved resolved;
  resolved.host = "localhost";
  resolved.addresses = {"::1", "127.0.0.1"};
  resolved.seconds = 0.0004;
  out.events.on_resolved(resolved);
  CHECK(out.line() ==
        at_start(
            R"(resolve","host":"localhost","addresses":["::1","127.0.0.1"],"seconds":0.000400})"));
  resolved.addresses.clear();
  resolved.error = "no such host";
  out.events.on_resolved(resolved);
  CHECK(
      out.line() ==
      at_start(
          R"(resolve","host":"localhost","addresses":[],"error":"no such host","seconds":0.000400})"));
  out.events.on_connect_attempt({"127.0.0.1:8765", "connection refused", 0.5});
  CHECK(
      out.line() ==
      at_start(
          R"(connect","address":"127.0.0.1:8765","error":"connection refused","seconds":0.500000})"));
  out.events.on_proxy_step({"CONNECT h:443 via 127.0.0.1:3128: 200", 0.25});
  CHECK(out.line() ==
        at_start(R"(proxy","text":"CONNECT h:443 via 127.0.0.1:3128: 200","seconds":0.250000})"));
  TlsEstablished tls;
  tls.version = "TLSv1.3";
  tls.cipher = "TLS_AES_256_GCM_SHA384";
  tls.subject = "CN=localhost";
  tls.issuer = "CN=wscope test CA";
  tls.not_before = "2026-01-01T00:00:00Z";
  tls.not_after = "2027-01-01T00:00:00Z";
  tls.verified = true;
  out.events.on_tls(tls);
  CHECK(
      out.line() ==
      at_start(
          R"(tls","version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384","subject":"CN=localhost",)"
          R"("issuer":"CN=wscope test CA","not_before":"2026-01-01T00:00:00Z",)"
          R"("not_after":"2027-01-01T00:00:00Z","verified":true,"seconds":0.000000})"));
  Opened opened;
  opened.url = "ws://localhost/";
  opened.subprotocol = "chat";
  opened.local_address = "127.0.0.1:1";
  opened.peer_address = "127.0.0.1:2";
  out.events.on_opened(opened);
  CHECK(out.line() ==
        at_start(R"(open","url":"ws://localhost/","subprotocol":"chat","extensions":"",)"
                 R"("local_address":"127.0.0.1:1","peer_address":"127.0.0.1:2"})"));
}

TEST_CASE("heads are masked unless secrets are asked for") {
  const std::string_view head = "GET / HTTP/1.1\r\nCookie: id=1\r\n\r\n";
  Events masked;
  masked.events.on_request({head});
  CHECK(masked.line() == at_start(R"(request","head":"GET / HTTP/1.1\r\nCookie: …\r\n\r\n"})"));
  Events open(true);
  open.events.on_response({head, 0.001});
  CHECK(
      open.line() ==
      at_start(R"(response","head":"GET / HTTP/1.1\r\nCookie: id=1\r\n\r\n","seconds":0.001000})"));
}

TEST_CASE("messages as text or base64, and never invalid UTF-8") {
  Events out;
  out.events.on_message(message(MessageType::kText, "Grüße \"\x1b\"\n", Direction::kReceived));
  CHECK(out.line() ==
        at_start(R"(message","dir":"recv","type":"text","data":"Grüße \"\u001b\"\n"})"));
  out.events.on_message(message(MessageType::kBinary, "text inside", Direction::kSent));
  CHECK(out.line() ==
        at_start(R"(message","dir":"send","type":"binary","base64":"dGV4dCBpbnNpZGU="})"));
  out.events.on_message(message(MessageType::kText, "\xff", Direction::kReceived));
  CHECK(out.line() == at_start(R"(message","dir":"recv","type":"text","base64":"/w=="})"));
  out.events.on_message(message(MessageType::kText, "", Direction::kReceived));
  CHECK(out.line() == at_start(R"(message","dir":"recv","type":"text","data":""})"));
}

TEST_CASE("pings, pongs, close, error, end") {
  Events out;
  Control control;
  control.data = "beat";
  out.events.on_ping(control);
  CHECK(out.line() == at_start(R"(ping","dir":"recv","data":"beat"})"));
  control.data = "\x80";
  control.round_trip = 0.0015;
  out.events.on_pong(control);
  CHECK(out.line() == at_start(R"(pong","dir":"recv","base64":"gA==","round_trip":0.001500})"));
  Closed closed;
  closed.first = Direction::kReceived;
  closed.code = 1000;
  closed.reason = "bye";
  closed.clean = true;
  out.events.on_closed(closed);
  CHECK(out.line() ==
        at_start(
            R"(close","first":"recv","code":1000,"name":"normal","reason":"bye","clean":true})"));
  out.events.on_closed(Closed{});
  CHECK(out.line() == at_start(R"(close","reason":"","clean":false})"));
  out.events.on_failure({Stage::kConnection, "lost", "try again", "body"});
  CHECK(out.line() ==
        at_start(
            R"(error","stage":"connection","message":"lost","hint":"try again","detail":"body"})"));
  Totals totals;
  totals.messages_sent = 1;
  totals.messages_received = 2;
  totals.bytes_sent = 3;
  totals.bytes_received = 4;
  totals.wire_sent = 5;
  totals.wire_received = 6;
  out.events.on_end(ExitStatus::kAbnormal, totals);
  CHECK(out.line() ==
        at_start(R"(end","status":6,"messages_sent":1,"messages_received":2,"bytes_sent":3,)"
                 R"("bytes_received":4,"wire_sent":5,"wire_received":6})"));
}

TEST_CASE("times follow the clock") {
  Events out;
  out.clock.at(1.0000015);
  out.events.on_ping(Control{});
  CHECK(out.line().find(R"({"t":1.000001,"time":"2026-07-14T08:11:13.345Z",)") == 0);
  out.clock.at(3600);
  out.events.on_ping(Control{});
  CHECK(out.line().find(R"({"t":3600.000000,"time":"2026-07-14T09:11:12.345Z",)") == 0);
}

TEST_CASE("whatever comes, every line is one JSON object and gives the bytes back") {
  std::mt19937 random(11);
  Events out;
  for (int round = 0; round < 500; ++round) {
    std::string bytes(random() % 50, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 2 == 0 ? random() : random() % 128);
    out.events.on_message(message(MessageType::kText, bytes, Direction::kReceived));
    const std::string line = out.line();
    REQUIRE(line.find('\n') == line.size() - 1);
    const auto json = nlohmann::json::parse(line);  // refuses invalid UTF-8
    if (json.contains("data")) CHECK(json["data"].get<std::string>() == bytes);
    CHECK(json.contains("data") != json.contains("base64"));
  }
}
