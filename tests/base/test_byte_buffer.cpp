#include <doctest/doctest.h>

#include <string>

#include "base/byte_buffer.h"

using namespace wscope;

TEST_CASE("bytes leave in the order they came") {
  ByteBuffer buffer;
  std::string expected;
  std::string taken;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece =
        std::string(static_cast<std::size_t>(i % 371), 'a') + std::to_string(i);
    buffer.append(piece);
    expected += piece;
    const std::size_t size =
        std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(i * 31 % 500));
    taken += buffer.view().substr(0, size);
    buffer.consume(size);
  }
  taken += buffer.view();
  CHECK(taken == expected);
}

TEST_CASE("taking from the front makes room without growing") {
  ByteBuffer buffer;
  buffer.append(std::string(1000, 'x'));
  const std::size_t capacity = buffer.capacity();
  for (int i = 0; i < 10000; ++i) {
    buffer.append(std::string(1000, 'y'));
    buffer.consume(1000);
  }
  CHECK(buffer.capacity() == capacity);
  CHECK(buffer.size() == 1000);
}

TEST_CASE("a large buffer gives its memory back when what it holds fits") {
  ByteBuffer buffer;
  buffer.append(std::string(std::size_t{5} << 20, 'x'));
  buffer.shrink(std::size_t{1} << 20);
  CHECK(buffer.capacity() >= std::size_t{5} << 20);
  buffer.consume((std::size_t{5} << 20) - 10);
  buffer.append("tail");
  buffer.shrink(std::size_t{1} << 20);
  CHECK(buffer.capacity() <= std::size_t{2} << 20);
  CHECK(buffer.view() == "xxxxxxxxxxtail");
}

TEST_CASE("room that no machine has is refused") {
  ByteBuffer buffer;
  buffer.append("kept");
  CHECK_FALSE(buffer.try_grow(static_cast<std::size_t>(-1) / 2));
  CHECK_FALSE(buffer.try_grow(std::size_t{1} << 62));
  CHECK(buffer.view() == "kept");
}
