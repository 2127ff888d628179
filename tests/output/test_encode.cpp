#include <doctest/doctest.h>

#include "output/encode.h"

using namespace wscope::output;

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
