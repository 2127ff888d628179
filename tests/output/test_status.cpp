#include <doctest/doctest.h>

#include "output/status.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;

namespace {

struct Place {
  explicit Place(StatusWishes wishes, Timestamps timestamps = Timestamps::kNone)
      : lines(screen), stamper(timestamps, clock), status(lines, wishes, stamper) {}
  std::string shows() {
    status.flush();
    return screen.take();
  }
  FakeClock clock;
  FakeScreen screen;
  LineOutput lines;
  TimeStamper stamper;
  Status status;
};

StatusWishes watched() {
  StatusWishes wishes;
  wishes.lines = true;
  return wishes;
}

Opened opened() {
  Opened event;
  event.url = "ws://localhost:8765/chat";
  event.peer_address = "127.0.0.1:8765";
  return event;
}

Closed closed(std::optional<Direction> first, std::optional<std::uint16_t> code,
              std::string_view reason, bool clean) {
  Closed event;
  event.first = first;
  event.code = code;
  event.reason = reason;
  event.clean = clean;
  return event;
}

}  // namespace

TEST_CASE("opening tells where and what was agreed") {
  Place place(watched());
  place.status.on_opened(opened());
  CHECK(place.shows() == "connected to ws://localhost:8765/chat\n");
  Opened event = opened();
  event.subprotocol = "chat";
  event.extensions = "permessage-deflate; server_max_window_bits=10";
  place.status.on_opened(event);
  CHECK(place.shows() == "connected to ws://localhost:8765/chat (chat, permessage-deflate)\n");
}

TEST_CASE("closing tells who, code, name, reason") {
  Place place(watched());
  const auto shows = [&place](const Closed& event) {
    place.status.on_closed(event);
    return place.shows();
  };
  CHECK(shows(closed(Direction::kReceived, 1000, "bye", true)) ==
        "closed by the server: 1000 (normal) \"bye\"\n");
  CHECK(shows(closed(Direction::kSent, 1001, "", true)) == "closed by wscope: 1001 (going away)\n");
  CHECK(shows(closed(Direction::kReceived, {}, "", true)) == "closed by the server: no code\n");
  CHECK(shows(closed(Direction::kReceived, 4001, "a\n\x1b[2J", true)) ==
        "closed by the server: 4001 (private use) \"a\\n\\x1b[2J\"\n");
  CHECK(shows(closed(Direction::kSent, 1000, "", false)) ==
        "closed by wscope: 1000 (normal), not answered by the server\n");
  Closed answered = closed(Direction::kSent, 4000, "odd", true);
  answered.answer = true;
  CHECK(shows(answered) ==
        "closed by wscope, answered by the server with 4000 (private use) \"odd\"\n");
  CHECK(shows(closed({}, {}, "", false)) == "connection lost without a Close\n");
}

TEST_CASE("where nobody watches a normal run says nothing, errors and notices appear") {
  Place place(StatusWishes{});
  place.status.on_opened(opened());
  place.status.on_closed(closed(Direction::kReceived, 1000, "bye", true));
  Control ping;
  place.status.on_ping(ping);
  place.status.on_pong(ping);
  CHECK(place.shows() == "");
  place.status.on_notice("listening on 127.0.0.1:8765");
  CHECK(place.shows() == "listening on 127.0.0.1:8765\n");
  place.status.on_error({Stage::kInput, "line 3: not UTF-8", "use --binary", "detail\x1b"});
  CHECK(place.shows() == "detail\\x1b\nwscope: line 3: not UTF-8\nwscope: hint: use --binary\n");
}

TEST_CASE("--quiet leaves errors only") {
  StatusWishes wishes = watched();
  wishes.quiet = true;
  wishes.ping_pong = true;
  Place place(wishes);
  place.status.on_opened(opened());
  place.status.on_closed(closed(Direction::kReceived, 1000, "", true));
  place.status.on_notice("reconnecting");
  place.status.on_ping(Control{});
  CHECK(place.shows() == "");
  place.status.on_error({Stage::kInput, "bad", "", ""});
  CHECK(place.shows() == "wscope: bad\n");
}

TEST_CASE("-P shows pings and pongs with data and round trip, safely") {
  StatusWishes wishes;
  wishes.ping_pong = true;
  Place place(wishes);
  Control ping;
  ping.data = "a\x1b\n";
  place.status.on_ping(ping);
  Control pong;
  pong.direction = Direction::kReceived;
  pong.round_trip = 0.00123;
  place.status.on_pong(pong);
  pong.direction = Direction::kSent;
  pong.round_trip.reset();
  place.status.on_pong(pong);
  CHECK(place.shows() == "< ping \"a\\x1b\\n\"\n< pong (1.2 ms)\n> pong\n");
}

TEST_CASE("a trace in the same place tells opening and closing instead") {
  Place place(watched());
  place.status.set_traced(true);
  place.status.on_opened(opened());
  CHECK(place.shows() == "");
  place.status.set_traced(false);
  place.status.on_opened(opened());
  CHECK(place.shows() != "");
}

TEST_CASE("of a listener's clients only pings and pongs are told: its notices tell the rest") {
  StatusWishes wishes = watched();
  wishes.ping_pong = true;
  Place listening(wishes);
  Opened came = opened();
  came.client = 12;
  listening.status.on_opened(came);
  listening.status.on_ping({Direction::kReceived, "a\n", std::nullopt, 12});
  listening.status.on_pong({Direction::kSent, "", std::nullopt, 12});
  Closed left = closed(Direction::kReceived, 1001, "", true);
  left.client = 12;
  listening.status.on_closed(left);
  CHECK(listening.shows() == "< client 12 ping \"a\\n\"\n> client 12 pong\n");
}

TEST_CASE("colours and stamps go around a line") {
  StatusWishes colored{true, false, false, Palette::ansi()};
  Place place(colored, Timestamps::kRelative);
  place.clock.at(2.5);
  place.status.on_notice("reconnecting \x1b[2J");
  CHECK(place.shows() == "\x1b[2m   2.500 reconnecting \\x1b[2J\x1b[0m\n");
  place.status.on_error({Stage::kInput, "bad", "", ""});
  CHECK(place.shows() == "\x1b[31mwscope: bad\x1b[0m\n");
  place.status.on_error({Stage::kInput, "", "", ""});
  CHECK(place.shows() == "");
}
