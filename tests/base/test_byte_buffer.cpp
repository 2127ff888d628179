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

TEST_CASE("room left in front takes what is written last") {
  ByteBuffer buffer;
  buffer.append("before");
  buffer.leave_front();
  CHECK(buffer.empty());
  const std::string body(std::size_t{3} << 20, 'b');
  for (std::size_t at = 0; at < body.size(); at += 4096) buffer.append(body.substr(at, 4096));
  REQUIRE(buffer.front_room() == ByteBuffer::kFront);
  buffer.prepend("a header of 16 b");
  CHECK(buffer.front_room() == 0);
  CHECK(buffer.view() == "a header of 16 b" + body);
  buffer.truncate(10);
  CHECK(buffer.view() == "a header o");
}

TEST_CASE("two buffers change places, with all their memory") {
  ByteBuffer large, small;
  large.append(std::string(std::size_t{2} << 20, 'l'));
  small.append("small");
  const char* const where = large.data();
  const std::size_t capacity = large.capacity();
  large.swap(small);
  CHECK(large.view() == "small");
  CHECK(small.data() == where);
  CHECK(small.capacity() == capacity);
  CHECK(small.view() == std::string(std::size_t{2} << 20, 'l'));
}
