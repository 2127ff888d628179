#include <doctest/doctest.h>

#include "output/message_writers.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;
using namespace std::string_literals;

namespace {

Message message(MessageType type, std::string_view data,
                Direction direction = Direction::kReceived) {
  Message made;
  made.direction = direction;
  made.type = type;
  made.data = data;
  return made;
}

/// What stands in the file after a text, a binary (with NUL, newline and invalid UTF-8), an empty
/// text, an empty binary, and a sent message.
std::string written(EventSink& sink, const MemoryFile& file) {
  sink.on_message(message(MessageType::kText, "Grüße\x1b[2J"));
  sink.on_message(message(MessageType::kBinary, std::string_view("\0\n\xff", 3)));
  sink.on_message(message(MessageType::kText, ""));
  sink.on_message(message(MessageType::kBinary, ""));
  sink.on_message(message(MessageType::kText, "sent", Direction::kSent));
  sink.flush();
  return file.content();
}

std::string written(OutputFormat format) {
  MemoryFile file;
  OutputStream out(file.fd());
  return written(*make_message_writer(format, out), file);
}

}  // namespace

TEST_CASE("text: a line a text message, binary raw, nothing altered") {
  CHECK(written(OutputFormat::kText) == "Grüße\x1b[2J\n\0\n\xff\n"s);
  CHECK(written(OutputFormat::kAuto) == written(OutputFormat::kText));
}

TEST_CASE("nul: a NUL behind every message") {
  CHECK(written(OutputFormat::kNul) == "Grüße\x1b[2J\0\0\n\xff\0\0\0"s);
}

TEST_CASE("raw: the bytes alone") { CHECK(written(OutputFormat::kRaw) == "Grüße\x1b[2J\0\n\xff"s); }

TEST_CASE("pieces are written like the message that they are") {
  for (const OutputFormat format : {OutputFormat::kText, OutputFormat::kNul, OutputFormat::kRaw}) {
    for (const MessageType type : {MessageType::kText, MessageType::kBinary}) {
      CAPTURE(static_cast<int>(format));
      MemoryFile whole_file;
      OutputStream whole_out(whole_file.fd());
      const auto whole = make_message_writer(format, whole_out);
      whole->on_message(message(type, "abcd"));
      whole->on_message(message(type, "e"));
      whole->flush();
      MemoryFile file;
      OutputStream out(file.fd());
      const auto pieces = make_message_writer(format, out);
      CHECK(pieces->takes_pieces());
      pieces->on_piece(message(type, "abc"), false);
      pieces->on_piece(message(type, "d"), false);
      pieces->on_piece(message(type, ""), true);
      pieces->on_piece(message(type, "e"), true);
      pieces->flush();
      CHECK(file.content() == whole_file.content());
    }
  }
}

TEST_CASE("lines of digits need whole messages") {
  MemoryFile file;
  OutputStream out(file.fd());
  CHECK_FALSE(make_message_writer(OutputFormat::kHex, out)->takes_pieces());
  CHECK_FALSE(make_message_writer(OutputFormat::kBase64, out)->takes_pieces());
}

TEST_CASE("hex and base64: a line each") {
  CHECK(written(OutputFormat::kHex) == "4772c3bcc39f651b5b324a\n000aff\n\n\n");
  CHECK(written(OutputFormat::kBase64) == "R3LDvMOfZRtbMko=\nAAr/\n\n\n");
}

TEST_CASE("decorated text in a pipe: stamps and indentation where asked for, binary as it is") {
  FakeClock clock;
  TimeStamper stamper(Timestamps::kUtc, clock);
  MemoryFile file;
  OutputStream out(file.fd());
  const auto writer =
      make_decorated_writer(OutputFormat::kText, out, stamper, true, Palette::none());
  clock.at(1.5);
  writer->on_message(message(MessageType::kText, R"({"a":[1.50]})"));
  writer->on_message(message(MessageType::kText, "no json \x1b"));
  writer->on_message(message(MessageType::kBinary, "\xff"));
  writer->flush();
  CHECK(file.content() ==
        "2026-07-14T08:11:13.845Z {\n  \"a\": [\n    1.50\n  ]\n}\n"
        "2026-07-14T08:11:13.845Z no json \x1b\n\xff");
}

TEST_CASE("decorated messages of the other formats") {
  FakeClock clock;
  TimeStamper stamper(Timestamps::kRelative, clock);
  clock.at(1.5);
  const auto written_as = [&](OutputFormat format) {
    MemoryFile file;
    OutputStream out(file.fd());
    const auto writer = make_decorated_writer(format, out, stamper, true, Palette::none());
    writer->on_message(message(MessageType::kText, "[1]"));
    writer->on_message(message(MessageType::kBinary, "[2]"));
    writer->flush();
    return file.content();
  };
  using namespace std::string_literals;
  CHECK(written_as(OutputFormat::kNul) == "   1.500 [\n  1\n]\0   1.500 [2]\0"s);
  CHECK(written_as(OutputFormat::kHex) == "   1.500 5b315d\n   1.500 5b325d\n");
  CHECK(written_as(OutputFormat::kBase64) == "   1.500 WzFd\n   1.500 WzJd\n");
}

TEST_CASE("--color always colours JSON in a pipe and alters nothing else") {
  FakeClock clock;
  TimeStamper stamper(Timestamps::kNone, clock);
  MemoryFile file;
  OutputStream out(file.fd());
  const auto writer =
      make_decorated_writer(OutputFormat::kText, out, stamper, false, Palette::ansi());
  writer->on_message(message(MessageType::kText, R"({"a" : 1})"));
  writer->on_message(message(MessageType::kText, "plain\x1b"));
  writer->flush();
  CHECK(file.content() == "{\x1b[36m\"a\"\x1b[0m : \x1b[35m1\x1b[0m}\nplain\x1b\n");
}
