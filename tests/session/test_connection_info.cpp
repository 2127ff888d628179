// What /info tells, and the round trips it knows of.
#include <doctest/doctest.h>

#include <string>

#include "session/connection_info.h"

using namespace wscope;
using namespace wscope::session;

namespace {

RoundTrips::Time at(int ms) { return RoundTrips::Time(std::chrono::milliseconds(ms)); }

/// "label: value" lines; a row without a label begins with a blank.
std::string shown(const std::vector<InfoRow>& rows) {
  std::string text;
  for (const InfoRow& row : rows) {
    text += row.label.empty() ? " " : row.label + ": ";
    text += row.value + "\n";
  }
  return text;
}

ConnectionFacts plain() {
  ConnectionFacts facts;
  facts.opened.url = "ws://localhost:8765/chat";
  facts.opened.local_address = "127.0.0.1:50000";
  facts.opened.peer_address = "127.0.0.1:8765";
  facts.open_for = 7.25;
  return facts;
}

}  // namespace

TEST_CASE("a plain connection on which nothing happened yet") {
  CHECK(shown(connection_info(plain())) ==
        "url: ws://localhost:8765/chat\n"
        "local: 127.0.0.1:50000\n"
        "peer: 127.0.0.1:8765\n"
        "TLS: none: not encrypted\n"
        "subprotocol: none\n"
        "extensions: none\n"
        "open for: 7.2 s\n"
        "sent: 0 messages, 0 bytes (0 on the wire)\n"
        "received: 0 messages, 0 bytes (0 on the wire)\n"
        "round trip: not measured: /ping does it\n");
}

TEST_CASE("TLS, what was agreed, compression and round trips") {
  ConnectionFacts facts = plain();
  TlsEstablished tls;
  tls.version = "TLSv1.3";
  tls.cipher = "TLS_AES_256_GCM_SHA384";
  tls.alpn = "http/1.1";
  tls.subject = "CN=localhost";
  tls.issuer = "CN=a test CA";
  tls.not_before = "2026-01-01T00:00:00Z";
  tls.not_after = "2027-01-01T00:00:00Z";
  tls.verified = false;
  tls.verify_note = "--insecure";
  facts.tls = tls;
  facts.opened.subprotocol = "chat";
  facts.opened.extensions = "permessage-deflate; server_no_context_takeover";
  facts.totals.messages_sent = 2;
  facts.totals.bytes_sent = 1000;
  facts.totals.wire_sent = 130;
  facts.totals.deflated = 1000;
  facts.totals.compressed_out = 118;
  facts.totals.messages_received = 1;
  facts.totals.bytes_received = 1;
  facts.totals.wire_received = 3;
  facts.round_trips = {3, 0.002, 0.001, 0.002, 0.003};
  facts.open_for = 7500;
  CHECK(shown(connection_info(facts)) ==
        "url: ws://localhost:8765/chat\n"
        "local: 127.0.0.1:50000\n"
        "peer: 127.0.0.1:8765\n"
        "TLS: TLSv1.3, TLS_AES_256_GCM_SHA384, ALPN http/1.1\n"
        "certificate: CN=localhost\n"
        " issued by CN=a test CA\n"
        " valid from 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z\n"
        " not verified: --insecure\n"
        "subprotocol: chat\n"
        "extensions: permessage-deflate; server_no_context_takeover\n"
        "open for: 2 h 5 min\n"
        "sent: 2 messages, 1000 bytes (130 on the wire)\n"
        "received: 1 message, 1 byte (3 on the wire)\n"
        "compression: sent 1000 bytes as 118 (11.8 %)\n"
        "round trip: 2.0 ms (of 3: least 1.0 ms, average 2.0 ms, most 3.0 ms)\n");
}

TEST_CASE("an age is told in the two units that matter") {
  CHECK(age_words(0) == "0.0 s");
  CHECK(age_words(60) == "1 min 0 s");
  CHECK(age_words(3599) == "59 min 59 s");
  CHECK(age_words(3600) == "1 h 0 min");
  CHECK(age_words(86400) == "1 day 0 h");
  CHECK(age_words(4 * 86400 + 7 * 3600) == "4 days 7 h");
}

TEST_CASE("a round trip is from the last ping with that payload to its pong") {
  RoundTrips trips;
  trips.sent("a", at(0));
  trips.sent("", at(10));
  trips.sent("a", at(20));
  CHECK(trips.answered("nobody asked", at(21)) == std::nullopt);
  CHECK(trips.answered("a", at(24)) == doctest::Approx(0.004));
  CHECK(trips.answered("a", at(25)) == std::nullopt);
  CHECK(trips.answered("", at(20)) == doctest::Approx(0.010));
  const auto summary = trips.summary();
  CHECK(summary.count == 2);
  CHECK(summary.last == doctest::Approx(0.010));
  CHECK(summary.least == doctest::Approx(0.004));
  CHECK(summary.average == doctest::Approx(0.007));
  CHECK(summary.most == doctest::Approx(0.010));
  trips.clear();
  CHECK(trips.summary().count == 0);
}

TEST_CASE("pings that are never answered do not gather") {
  RoundTrips trips;
  for (int i = 0; i < 100000; ++i) trips.sent(std::to_string(i), at(i));
  CHECK(trips.answered("5", at(100000)) == std::nullopt);
  CHECK(trips.answered("99999", at(100001)) == doctest::Approx(0.002));
}
