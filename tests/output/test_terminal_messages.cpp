#include <doctest/doctest.h>

#include <algorithm>

#include "output/terminal_messages.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;

namespace {

struct Terminal {
  explicit Terminal(MessageLook look = {}, int columns = 80,
                    Timestamps timestamps = Timestamps::kNone)
      : screen(columns),
        lines(screen),
        stamper(timestamps, clock),
        messages(lines, look, stamper) {}

  std::string shows(MessageType type, std::string_view data,
                    Direction direction = Direction::kReceived, bool show_sent = false) {
    Message message;
    message.type = type;
    message.data = data;
    message.direction = direction;
    message.show_sent = show_sent;
    messages.on_message(message);
    messages.flush();
    return screen.take();
  }
  std::string shows(std::string_view text) { return shows(MessageType::kText, text); }

  FakeClock clock;
  FakeScreen screen;
  LineOutput lines;
  TimeStamper stamper;
  TerminalMessages messages;
};

MessageLook look(OutputFormat format, bool pretty = false,
                 const Palette& palette = Palette::none()) {
  return {format, pretty, false, palette};
}

}  // namespace

TEST_CASE("received messages carry a mark, further lines an indent") {
  Terminal terminal;
  CHECK(terminal.shows("hello") == "< hello\n");
  CHECK(terminal.shows("") == "< \n");
  CHECK(terminal.shows("one\ntwo\n\nfour") == "< one\n  two\n  \n  four\n");
  CHECK(terminal.shows("line end\n") == "< line end\\n\n");
  CHECK(terminal.shows("\n") == "< \\n\n");
  CHECK(terminal.shows("evil\x1b[2J\r< fake\n< fake") == "< evil\\x1b[2J\\x0d< fake\n  < fake\n");
}

TEST_CASE("sent messages are shown only when nobody typed them") {
  Terminal terminal;
  CHECK(terminal.shows(MessageType::kText, "typed", Direction::kSent) == "");
  CHECK(terminal.shows(MessageType::kText, "by -x", Direction::kSent, true) == "> by -x\n");
}

TEST_CASE("binary is a hexdump that fits the terminal") {
  Terminal terminal;
  CHECK(terminal.shows(MessageType::kBinary, "hello\xff") ==
        "< binary, 6 bytes\n"
        "  00000000  68 65 6c 6c 6f ff                                 |hello.|\n");
  CHECK(terminal.shows(MessageType::kBinary, "") == "< binary, 0 bytes\n");
  Terminal narrow({}, 40);
  CHECK(narrow.shows(MessageType::kBinary, "hello") ==
        "< binary, 5 bytes\n"
        "  00000000  68 65 6c 6c  |hell|\n"
        "  00000004  6f           |o|\n");
  const std::string dump = terminal.shows(MessageType::kBinary, std::string(100000, 'x'));
  CHECK(dump.find("< binary, 100000 bytes\n") == 0);
  CHECK(dump.find("  … 99744 bytes left out of 100000 …\n") != std::string::npos);
}

TEST_CASE("where a person types, /last shows the whole of what was elided") {
  MessageLook kept;
  kept.keeps_last = true;
  Terminal terminal(kept);
  CHECK_FALSE(terminal.messages.show_last());
  const std::string dump = terminal.shows(MessageType::kBinary, std::string(1000, 'x'));
  CHECK(dump.find("  … 752 bytes left out of 1000 … /last shows all\n") != std::string::npos);
  terminal.shows(MessageType::kBinary, "short");
  CHECK(terminal.messages.show_last());
  terminal.messages.flush();
  const std::string whole = terminal.screen.take();
  CHECK(std::count(whole.begin(), whole.end(), '\n') == 63);
  CHECK(whole.find("left out") == std::string::npos);
}

TEST_CASE("colour: marks by direction, JSON by kind, escapes in reverse") {
  Terminal terminal(look(OutputFormat::kAuto, false, Palette::ansi()));
  CHECK(terminal.shows("hi") == "\x1b[36m< \x1b[0mhi\n");
  CHECK(terminal.shows(MessageType::kText, "hi", Direction::kSent, true) ==
        "\x1b[35m> \x1b[0mhi\n");
  CHECK(terminal.shows("[1]") == "\x1b[36m< \x1b[0m[\x1b[35m1\x1b[0m]\n");
  CHECK(terminal.shows("a\x1b") == "\x1b[36m< \x1b[0ma\x1b[7m\\x1b\x1b[0m\n");
}

TEST_CASE("--pretty sets JSON out under the mark, other text stays") {
  Terminal terminal(look(OutputFormat::kAuto, true));
  CHECK(terminal.shows(R"({"a":1.0})") == "< {\n    \"a\": 1.0\n  }\n");
  CHECK(terminal.shows("{broken") == "< {broken\n");
}

TEST_CASE("formats asked for by name have no marks and are still safe") {
  Terminal text(look(OutputFormat::kText));
  CHECK(text.shows("a\x1b\nb") == "a\\x1b\nb\n");
  CHECK(text.shows(MessageType::kBinary, "\x1b\xff") == "\\x1b\\xff\n");
  Terminal raw(look(OutputFormat::kRaw));
  CHECK(raw.shows("a\x1b") == "a\\x1b\n");
  Terminal hex(look(OutputFormat::kHex));
  CHECK(hex.shows("AB") == "4142\n");
  Terminal base64(look(OutputFormat::kBase64));
  CHECK(base64.shows(MessageType::kBinary, "AB") == "QUI=\n");
}

TEST_CASE("time stamps stand before the mark; a delta counts from the line typed before") {
  Terminal terminal({}, 80, Timestamps::kDelta);
  terminal.clock.at(1);
  CHECK(terminal.shows("first") == "  +1.000 < first\n");
  terminal.clock.at(5);
  CHECK(terminal.shows(MessageType::kText, "typed", Direction::kSent) == "");
  terminal.clock.at(5.0125);
  CHECK(terminal.shows("answer") == "  +0.013 < answer\n");
}

TEST_CASE("many messages are printed together") {
  Terminal terminal;
  Message message;
  message.data = "x";
  for (int i = 0; i < 100; ++i) terminal.messages.on_message(message);
  CHECK(terminal.screen.prints.empty());
  terminal.messages.flush();
  CHECK(terminal.screen.prints.size() == 1);
}
