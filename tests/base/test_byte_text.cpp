#include <doctest/doctest.h>

#include <string>

#include "base/byte_text.h"

using namespace wscope;
using namespace std::string_literals;

TEST_CASE("hexadecimal digits are bytes, in any case and with blanks between") {
  CHECK(*decode_hex("") == "");
  CHECK(*decode_hex("48656c6c6F") == "Hello");
  CHECK(*decode_hex(" 00 ff\t7F ") == "\x00\xff\x7f"s);
}

TEST_CASE("what is not hexadecimal is told") {
  CHECK(decode_hex("4x").error() == "is not hexadecimal at byte 2");
  CHECK(decode_hex("0x41").error() == "is not hexadecimal at byte 2");
  CHECK(decode_hex("414").error() == "has an odd number of hexadecimal digits");
}

TEST_CASE("base64 as RFC 4648 section 10 has it, padded or not") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"Zg==", "f"},
                                                         {"Zm8=", "fo"},
                                                         {"Zm9v", "foo"},
                                                         {"Zm9vYg==", "foob"},
                                                         {"Zm9vYmE=", "fooba"},
                                                         {"Zm9vYmFy", "foobar"},
                                                         {"Zg", "f"},
                                                         {"Zm8", "fo"},
                                                         {"+/+/", "\xfb\xff\xbf"}};
  for (const auto& [text, bytes] : vectors) {
    CAPTURE(text);
    const Decoded decoded = decode_base64(text);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == bytes);
  }
}

TEST_CASE("base64 that was damaged is told") {
  CHECK(decode_base64("Zm9*").error() == "is not base64 at byte 4");
  CHECK(decode_base64("Zg=a").error() == "is not base64 at byte 3");
  CHECK(decode_base64("Z").error() == "is not base64: it is cut short");
  CHECK(decode_base64("Zg=").error() == "is not base64: it is cut short");
  CHECK(decode_base64("Zm9v=").error() == "is not base64: it is cut short");
  CHECK(decode_base64("Zh==").error() == "is not base64 at byte 2");
  CHECK(decode_base64("====").error() == "is not base64 at byte 1");
}

TEST_CASE("base64 by the vectors of RFC 4648 section 10") {
  const auto base64 = [](std::string_view bytes) {
    std::string out = ":";
    append_base64(out, bytes);
    return out;
  };
  CHECK(base64("") == ":");
  CHECK(base64("f") == ":Zg==");
  CHECK(base64("fo") == ":Zm8=");
  CHECK(base64("foo") == ":Zm9v");
  CHECK(base64("foob") == ":Zm9vYg==");
  CHECK(base64("fooba") == ":Zm9vYmE=");
  CHECK(base64("foobar") == ":Zm9vYmFy");
  CHECK(base64("\xff\xfe\xfd") == "://79");
}

TEST_CASE("hex") {
  std::string out = ":";
  append_hex(out, std::string_view("\0\x0f\xf0\xff", 4));
  CHECK(out == ":000ff0ff");
}
