#include <doctest/doctest.h>

#include "output/frame_words.h"
#include "output/words.h"

using namespace wscope;
using namespace wscope::output;

TEST_CASE("opcodes by name, reserved ones by number") {
  CHECK(opcode_word(0) == "CONT");
  CHECK(opcode_word(1) == "TEXT");
  CHECK(opcode_word(2) == "BINARY");
  CHECK(opcode_word(8) == "CLOSE");
  CHECK(opcode_word(9) == "PING");
  CHECK(opcode_word(10) == "PONG");
  CHECK(opcode_word(3) == "0x3");
  CHECK(opcode_word(15) == "0xf");
}

TEST_CASE("masks keep their leading zeros") {
  Frame frame;
  frame.opcode = 2;
  frame.fin = true;
  frame.mask = 0x0a;
  frame.length = 1ULL << 40U;
  CHECK(frame_header_words(frame) == "BINARY fin len=1099511627776 mask=0000000a");
}

TEST_CASE("previews stop at their limit") {
  CHECK(text_preview(std::string(kTextPreview, 'a'), kTextPreview) ==
        "\"" + std::string(kTextPreview, 'a') + "\"");
  CHECK(text_preview(std::string(kTextPreview + 1, 'a'), kTextPreview + 1) ==
        "\"" + std::string(kTextPreview, 'a') + "…\"");
  CHECK(text_preview("abc", 4) == "\"abc…\"");
  CHECK(hex_preview("", 0) == "");
  CHECK(hex_preview("", 5) == "…");
  CHECK(hex_preview("a", 1) == "61");
}

TEST_CASE("durations keep three or so digits") {
  CHECK(duration_words(0.0004) == "0.4 ms");
  CHECK(duration_words(0.9994) == "999.4 ms");
  CHECK(duration_words(1) == "1.00 s");
  CHECK(duration_words(3600.5) == "3600.50 s");
}

TEST_CASE("counts know one from many") {
  CHECK(counted(0, "byte") == "0 bytes");
  CHECK(counted(1, "byte") == "1 byte");
  CHECK(counted(2, "message") == "2 messages");
}
