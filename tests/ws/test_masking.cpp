#include <doctest/doctest.h>

#include <cstring>
#include <set>
#include <string>

#include "ws/masking.h"

using namespace wscope::ws;

namespace {

std::uint32_t key_of(const char* bytes) {
  std::uint32_t key;
  std::memcpy(&key, bytes, sizeof key);
  return key;
}

/// RFC 6455 5.3, octet by octet.
std::string masked(const std::string& text, const char* key, std::size_t phase = 0) {
  std::string out = text;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<char>(out[i] ^ key[(i + phase) % 4]);
  }
  return out;
}

}  // namespace

TEST_CASE("copying and in place mask as RFC 6455 5.3 does, at every size and phase") {
  const char* key = "\x37\xfa\x21\x3d";
  std::string text;
  for (std::size_t size = 0; size < 150; ++size) {
    CAPTURE(size);
    std::string copied(size, '?');
    mask_copy(copied.data(), text.data(), size, key_of(key));
    CHECK(copied == masked(text, key));
    for (std::size_t phase = 0; phase < 4; ++phase) {
      std::string in_place = text;
      mask_in_place(in_place.data(), size, key_of(key), phase);
      CHECK(in_place == masked(text, key, phase));
    }
    text += static_cast<char>(size * 7);
  }
}

TEST_CASE("RFC 6455 5.7: the example") {
  std::string hello = "Hello";
  mask_in_place(hello.data(), hello.size(), key_of("\x37\xfa\x21\x3d"));
  CHECK(hello == "\x7f\x9f\x4d\x51\x58");
}

TEST_CASE("keys do not repeat") {
  std::set<std::uint32_t> seen;
  MaskPool& pool = MaskPool::of_this_thread();
  for (int i = 0; i < 5000; ++i) seen.insert(pool.next());
  CHECK(seen.size() > 4980);  // 5000 of 2^32: a collision is rare, many are a defect
}
