#include <doctest/doctest.h>

#include "output/trace.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;

namespace {

struct Traced {
  explicit Traced(TraceLevel level, bool secrets = false, bool alone = false)
      : lines(screen), trace(lines, clock, wishes(level, secrets, alone)) {}
  static TraceWishes wishes(TraceLevel level, bool secrets, bool alone) {
    TraceWishes made;
    made.level = level;
    made.secrets = secrets;
    made.alone = alone;
    return made;
  }
  std::string shows() {
    trace.flush();
    return screen.take();
  }
  void open(std::string_view extensions) {
    Opened opened;
    opened.extensions = extensions;
    trace.on_opened(opened);
    shows();
  }
  FakeClock clock;
  FakeScreen screen;
  LineOutput lines;
  Trace trace;
};

Frame frame(Direction direction, std::uint8_t opcode, std::string_view payload) {
  Frame made;
  made.direction = direction;
  made.fin = true;
  made.opcode = opcode;
  if (direction == Direction::kSent) made.mask = 0x3a7f11c2;
  made.length = payload.size();
  made.payload = payload;
  return made;
}

Frame compressed(Direction direction, std::string_view payload) {
  Frame made = frame(direction, 1, payload);
  made.rsv1 = true;
  return made;
}

Message text(Direction direction, std::string_view data) {
  Message made;
  made.direction = direction;
  made.data = data;
  return made;
}

constexpr Direction kSent = Direction::kSent;
constexpr Direction kReceived = Direction::kReceived;

}  // namespace

TEST_CASE("the contract's example, line by line") {
  Traced out(TraceLevel::kFrames);
  Resolved resolved;
  resolved.host = "localhost";
  resolved.addresses = {"::1", "127.0.0.1"};
  resolved.seconds = 0.0004;
  out.trace.on_resolved(resolved);
  out.clock.at(0.001);
  out.trace.on_connect_attempt({"127.0.0.1:8765", "", 0.0001});
  out.clock.at(0.003);
  TlsEstablished tls;
  tls.version = "TLSv1.3";
  tls.cipher = "TLS_AES_256_GCM_SHA384";
  tls.subject = "CN=localhost";
  tls.issuer = "CN=wscope test CA";
  tls.not_before = "2026-01-01T00:00:00Z";
  tls.not_after = "2027-01-01T00:00:00Z";
  tls.verified = true;
  tls.seconds = 0.0021;
  out.trace.on_tls(tls);
  out.trace.on_request({"GET /chat HTTP/1.1\r\nHost: localhost:8765\r\n\r\n"});
  out.clock.at(0.004);
  out.trace.on_response({"HTTP/1.1 101 Switching Protocols\r\n\r\n", 0.001});
  Opened opened;
  opened.subprotocol = "chat";
  opened.extensions = "permessage-deflate";
  out.trace.on_opened(opened);
  out.clock.at(0.005);
  out.trace.on_frame(frame(kSent, 1, "hello"));
  out.clock.at(0.006);
  out.trace.on_frame(compressed(kReceived, "\xca\x48\xcd\xc9\xc9\x07\x01"));
  out.trace.on_message(text(kSent, "hello"));
  out.trace.on_message(text(kReceived, "hello"));
  out.clock.at(1.2);
  out.trace.on_frame(frame(kReceived, 8,
                           "\x03\xe8"
                           "bye"));
  CHECK(out.shows() ==
        "[  0.000] * resolve localhost: ::1, 127.0.0.1 (0.4 ms)\n"
        "[  0.001] * connect 127.0.0.1:8765 (0.1 ms)\n"
        "[  0.003] * TLSv1.3 TLS_AES_256_GCM_SHA384, certificate CN=localhost, verified (2.1 ms)\n"
        "[  0.003] * certificate issued by CN=wscope test CA, valid from 2026-01-01T00:00:00Z to "
        "2027-01-01T00:00:00Z\n"
        "[  0.003] > GET /chat HTTP/1.1\n"
        "[  0.003] > Host: localhost:8765\n"
        "[  0.004] < HTTP/1.1 101 Switching Protocols\n"
        "[  0.004] * open: subprotocol chat, permessage-deflate (1.0 ms)\n"
        "[  0.005] > TEXT fin len=5 mask=3a7f11c2 \"hello\"\n"
        "[  0.006] < TEXT fin rsv1 len=7 \"hello\"\n"
        "[  1.200] < CLOSE len=5 1000 (normal) \"bye\"\n");
}

TEST_CASE("failed steps say why") {
  Traced out(TraceLevel::kSteps);
  Resolved resolved;
  resolved.host = "nowhere.invalid";
  resolved.error = "no such host";
  out.trace.on_resolved(resolved);
  out.trace.on_connect_attempt({"[::1]:1", "connection refused", 0.0001});
  TlsEstablished tls;
  tls.version = "TLSv1.2";
  tls.cipher = "C";
  tls.subject = "CN=a";
  tls.verify_note = "self-signed certificate (ignored by -k)";
  out.trace.on_tls(tls);
  const std::string shown = out.shows();
  CHECK(shown.find("* resolve nowhere.invalid: failed: no such host (0.0 ms)\n") !=
        std::string::npos);
  CHECK(shown.find("* connect [::1]:1: failed: connection refused (0.1 ms)\n") !=
        std::string::npos);
  CHECK(shown.find("certificate CN=a, not verified: self-signed certificate (ignored by -k) (") !=
        std::string::npos);
}

TEST_CASE("heads are as on the wire, credentials masked, escaped on a screen only") {
  const std::string head =
      "GET / HTTP/1.1\r\nhOST:  x \r\nA: 1\r\nA: 2\r\nAuthorization: Basic Zm9v\r\nE: "
      "\x1b[2J\r\n\r\n";
  Traced out(TraceLevel::kSteps);
  out.trace.on_request({head});
  CHECK(out.shows() ==
        "[  0.000] > GET / HTTP/1.1\n"
        "[  0.000] > hOST:  x \n"
        "[  0.000] > A: 1\n"
        "[  0.000] > A: 2\n"
        "[  0.000] > Authorization: …\n"
        "[  0.000] > E: \\x1b[2J\n");
  Traced open(TraceLevel::kSteps, true);
  open.trace.on_request({head});
  CHECK(open.shows().find("> Authorization: Basic Zm9v\n") != std::string::npos);

  MemoryFile file;
  OutputStream stream(file.fd());
  LineOutput lines(stream);
  FakeClock clock;
  Trace to_file(lines, clock, TraceWishes{});
  to_file.on_request({head});
  to_file.flush();
  CHECK(file.content().find("> E: \x1b[2J\n") != std::string::npos);
}

TEST_CASE("without subprotocol and extensions, and without a known duration") {
  Traced out(TraceLevel::kSteps);
  out.trace.on_opened(Opened{});
  CHECK(out.shows() == "[  0.000] * open\n");
}

TEST_CASE("frames of every kind") {
  Traced out(TraceLevel::kFrames);
  const auto shows = [&out](const Frame& one) {
    out.trace.on_frame(one);
    return out.shows().substr(10);
  };
  CHECK(shows(frame(kReceived, 2, std::string_view("\0\x01\xff", 3))) ==
        "< BINARY fin len=3 00 01 ff\n");
  CHECK(shows(frame(kReceived, 1, "")) == "< TEXT fin len=0 \"\"\n");
  CHECK(shows(frame(kReceived, 1, "a\n\"\x1b\xff")) == "< TEXT fin len=5 \"a\\n\"\\x1b\\xff\"\n");
  CHECK(shows(frame(kSent, 9, "")) == "> PING len=0 mask=3a7f11c2\n");
  CHECK(shows(frame(kReceived, 10, "beat")) == "< PONG len=4 \"beat\"\n");
  CHECK(shows(frame(kReceived, 10, "\x80\x01")) == "< PONG len=2 80 01\n");
  CHECK(shows(frame(kReceived, 8, "")) == "< CLOSE len=0\n");
  CHECK(shows(frame(kReceived, 8, "\x03")) == "< CLOSE len=1 03 (half a code)\n");
  CHECK(shows(frame(kReceived, 8, "\x0f\xa1")) == "< CLOSE len=2 4001 (private use)\n");
  CHECK(shows(frame(kReceived, 3, "x")) == "< 0x3 fin len=1 78\n");
  CHECK(shows(frame(kReceived, 11, "x")) == "< 0xb len=1 \"x\"\n");
  Frame odd = frame(kReceived, 9, "");
  odd.fin = false;
  odd.rsv1 = odd.rsv2 = odd.rsv3 = true;
  CHECK(shows(odd) == "< PING not-fin rsv1 rsv2 rsv3 len=0\n");
}

TEST_CASE("fragments continue what they are part of") {
  Traced out(TraceLevel::kFrames);
  Frame first = frame(kReceived, 1, "he");
  first.fin = false;
  out.trace.on_frame(first);
  out.trace.on_frame(frame(kReceived, 9, ""));
  Frame sent = frame(kSent, 2, "\x01");
  sent.fin = false;
  out.trace.on_frame(sent);
  out.trace.on_frame(frame(kReceived, 0, "llo"));
  CHECK(out.shows() ==
        "[  0.000] < TEXT len=2 \"he\"\n"
        "[  0.000] < PING len=0\n"
        "[  0.000] > BINARY len=1 mask=3a7f11c2 01\n"
        "[  0.000] < CONT fin len=3 \"llo\"\n");
}

TEST_CASE("long payloads are cut, with the whole length told") {
  Traced out(TraceLevel::kFrames);
  const std::string long_text = std::string(63, 'a') + "éé" + std::string(1000, 'b');
  Frame one = frame(kReceived, 1, std::string_view(long_text).substr(0, out.trace.frame_preview()));
  one.length = long_text.size();
  out.trace.on_frame(one);
  CHECK(out.shows() == "[  0.000] < TEXT fin len=1067 \"" + std::string(63, 'a') + "…\"\n");
  out.trace.on_frame(frame(kReceived, 2, std::string(17, 'A')));
  CHECK(out.shows() ==
        "[  0.000] < BINARY fin len=17 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 …\n");
}

TEST_CASE("compressed frames show what they say, whichever is told first") {
  Traced out(TraceLevel::kFrames);
  out.open("permessage-deflate");
  SUBCASE("the message behind its frame, other lines wait in order") {
    out.trace.on_frame(compressed(kReceived, "..."));
    out.trace.on_frame(frame(kReceived, 9, ""));
    out.trace.on_frame(compressed(kReceived, "...."));
    out.trace.on_message(text(kReceived, "one"));
    out.trace.on_message(text(kReceived, "two"));
    CHECK(out.shows() ==
          "[  0.000] < TEXT fin rsv1 len=3 \"one\"\n"
          "[  0.000] < PING len=0\n"
          "[  0.000] < TEXT fin rsv1 len=4 \"two\"\n");
  }
  SUBCASE("the message before its frame") {
    out.trace.on_message(text(kSent, "one"));
    out.trace.on_message(text(kSent, "two"));
    out.trace.on_frame(frame(kSent, 1, "one"));
    out.trace.on_frame(compressed(kSent, "...."));
    CHECK(out.shows() ==
          "[  0.000] > TEXT fin len=3 mask=3a7f11c2 \"one\"\n"
          "[  0.000] > TEXT fin rsv1 len=4 mask=3a7f11c2 \"two\"\n");
  }
  SUBCASE("a message that does not come in time is not waited for, nor mistaken for the next") {
    out.trace.on_frame(compressed(kReceived, "..."));
    CHECK(out.shows() == "[  0.000] < TEXT fin rsv1 len=3 (compressed)\n");
    out.trace.on_message(text(kReceived, "late"));
    out.trace.on_frame(compressed(kReceived, "..."));
    out.trace.on_message(text(kReceived, "next"));
    CHECK(out.shows() == "[  0.000] < TEXT fin rsv1 len=3 \"next\"\n");
  }
  SUBCASE("fragments of a compressed message") {
    Frame first = compressed(kReceived, "..");
    first.fin = false;
    out.trace.on_frame(first);
    out.trace.on_frame(frame(kReceived, 0, "."));
    out.trace.on_message(text(kReceived, "whole"));
    out.trace.on_frame(compressed(kReceived, "..."));
    out.trace.on_message(text(kReceived, "next"));
    CHECK(out.shows() ==
          "[  0.000] < TEXT rsv1 len=2 (compressed)\n"
          "[  0.000] < CONT fin len=1 (compressed)\n"
          "[  0.000] < TEXT fin rsv1 len=3 \"next\"\n");
  }
  SUBCASE("a trace turned on later does not guess") {
    out.trace.set_level(TraceLevel::kNone);
    out.trace.on_message(text(kSent, "unseen"));
    out.trace.set_level(TraceLevel::kFrames);
    out.trace.on_frame(compressed(kSent, "...."));
    out.trace.on_message(text(kSent, "next"));  // not what that frame says
    CHECK(out.shows() == "[  0.000] > TEXT fin rsv1 len=4 mask=3a7f11c2 (compressed)\n");
  }
  SUBCASE("lines do not wait without bound") {
    for (int i = 0; i < 1000; ++i) out.trace.on_frame(compressed(kReceived, "."));
    CHECK_FALSE(out.screen.prints.empty());
    CHECK(out.shows().size() ==
          1000 * std::string("[  0.000] < TEXT fin rsv1 len=1 (compressed)\n").size());
  }
}

TEST_CASE("rsv1 without agreed compression is shown as the breach it is") {
  Traced out(TraceLevel::kFrames);
  out.open("");
  out.trace.on_frame(compressed(kReceived, "abc"));
  CHECK(out.shows() == "[  0.000] < TEXT fin rsv1 len=3 \"abc\"\n");
}

TEST_CASE("--trace-hex dumps payloads under their frame") {
  Traced out(TraceLevel::kBytes);
  out.open("permessage-deflate");
  out.trace.on_frame(frame(kReceived, 1, "hello"));
  out.trace.on_frame(compressed(kReceived, "\x01"));
  out.trace.on_message(text(kReceived, "hello"));
  out.trace.on_message(text(kReceived, "x"));
  CHECK(out.shows() ==
        "[  0.000] < TEXT fin len=5 \"hello\"\n"
        "            00000000  68 65 6c 6c 6f           |hello|\n"
        "[  0.000] < TEXT fin rsv1 len=1 \"x\"\n"
        "            00000000  01                       |.|\n");
  Frame cut = frame(kReceived, 2, "ab");
  cut.length = 1000;
  out.trace.on_frame(cut);
  CHECK(out.shows() ==
        "[  0.000] < BINARY fin len=1000 61 62 …\n"
        "            00000000  61 62                    |ab|\n"
        "            … 998 bytes more\n");
}

TEST_CASE("levels: how many payload bytes are wanted, and what is told") {
  CHECK(Traced(TraceLevel::kNone).trace.frame_preview() == 0);
  CHECK(Traced(TraceLevel::kSteps).trace.frame_preview() == 0);
  CHECK(Traced(TraceLevel::kFrames).trace.frame_preview() >= 125);
  CHECK(Traced(TraceLevel::kBytes).trace.frame_preview() >= 65536);
  Traced none(TraceLevel::kNone);
  none.trace.on_opened(Opened{});
  none.trace.on_request({"GET / HTTP/1.1\r\n\r\n"});
  none.trace.on_frame(frame(kReceived, 1, "x"));
  CHECK(none.shows() == "");
  Traced steps(TraceLevel::kSteps);
  steps.trace.on_frame(frame(kReceived, 1, "x"));
  CHECK(steps.shows() == "");
}

TEST_CASE("closing and the end; errors and notices only where nobody else tells them") {
  Closed closed;
  closed.first = kReceived;
  closed.code = 1000;
  closed.reason = "bye";
  closed.clean = true;
  Totals totals;
  totals.messages_sent = 1;
  totals.bytes_sent = 5;
  totals.bytes_received = 1;
  const Error error{Stage::kConnection, "lost", "", ""};
  Traced shared(TraceLevel::kSteps);
  shared.trace.on_notice("reconnecting");
  shared.trace.on_error(error);
  shared.trace.on_failure(error);
  shared.trace.on_closed(closed);
  shared.trace.on_end(ExitStatus::kOk, totals);
  CHECK(shared.shows() ==
        "[  0.000] * closed by the server: 1000 (normal) \"bye\"\n"
        "[  0.000] * end: status 0, sent 1 message (5 bytes), received 0 messages (1 byte)\n");
  Traced alone(TraceLevel::kSteps, false, true);
  alone.trace.on_notice("reconnecting");
  alone.trace.on_error(error);
  alone.trace.on_failure(error);
  CHECK(alone.shows() ==
        "[  0.000] * reconnecting\n[  0.000] * error: lost\n[  0.000] * error: lost\n");
}
