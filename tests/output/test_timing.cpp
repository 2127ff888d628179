#include <doctest/doctest.h>

#include "output/timing.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;

namespace {

struct Timed {
  Timed() : lines(screen), timing(lines, clock, others) {}
  std::string end(const Totals& totals) {
    timing.on_end(ExitStatus::kOk, totals);
    timing.flush();
    return screen.take();
  }
  FakeClock clock;
  FakeScreen screen;
  LineOutput lines;
  EventSink others;
  Timing timing;
};

}  // namespace

TEST_CASE("the table has a row for every step there was") {
  Timed run;
  Resolved resolved;
  resolved.seconds = 0.0004;
  run.timing.on_resolved(resolved);
  run.timing.on_connect_attempt({"[::1]:1", "connection refused", 9});
  run.timing.on_connect_attempt({"127.0.0.1:1", "", 0.0001});
  run.timing.on_connect_attempt({"127.0.0.2:1", "lost the race", 9});
  run.timing.on_proxy_step({"CONNECT", 0.001});
  run.timing.on_proxy_step({"auth", 0.002});
  TlsEstablished tls;
  tls.seconds = 0.0021;
  run.timing.on_tls(tls);
  run.timing.on_response({"", 0.0009});
  run.clock.at(0.01);
  run.timing.on_opened(Opened{});
  Message message;
  message.direction = Direction::kSent;
  run.clock.at(0.011);
  run.timing.on_message(message);
  message.direction = Direction::kReceived;
  run.clock.at(0.0125);
  run.timing.on_message(message);
  run.clock.at(0.02);
  run.timing.on_message(message);
  for (const double seconds : {0.003, 0.001, 0.002}) {
    Control pong;
    pong.round_trip = seconds;
    run.timing.on_pong(pong);
  }
  run.timing.on_pong(Control{});  // answers nothing
  run.clock.at(1.5);
  Totals totals;
  totals.messages_sent = 1;
  totals.bytes_sent = 100;
  totals.wire_sent = 56;
  totals.messages_received = 2;
  totals.bytes_received = 10;
  totals.wire_received = 14;
  totals.compressed_out = 50;
  totals.deflated = 100;
  CHECK(run.end(totals) ==
        "timing\n"
        "  resolve            0.4 ms\n"
        "  connect            0.1 ms\n"
        "  proxy              3.0 ms\n"
        "  TLS                2.1 ms\n"
        "  upgrade            0.9 ms\n"
        "  first message      2.5 ms\n"
        "  total              1.50 s\n"
        "  sent           1 message, 100 bytes, 56 bytes on the wire\n"
        "  received       2 messages, 10 bytes, 14 bytes on the wire\n"
        "  compression    sent to 50.0 % (50 of 100 bytes)\n"
        "  ping           3 answered, min 1.0 ms, average 2.0 ms, max 3.0 ms\n");
}

TEST_CASE("what did not happen has no row") {
  Timed run;
  CHECK(run.end(Totals{}) ==
        "timing\n"
        "  total              0.0 ms\n"
        "  sent           0 messages, 0 bytes, 0 bytes on the wire\n"
        "  received       0 messages, 0 bytes, 0 bytes on the wire\n");
}
