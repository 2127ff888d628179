#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cerrno>
#include <random>
#include <string>

#include "output/pipe_pages.h"
#include "support.h"

using namespace wscope::output;

namespace {

iovec part(const std::string& bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT: iovec serves readers too
}

ssize_t write(PipePages& pages, const Pipe& pipe, const std::string& bytes) {
  const iovec whole = part(bytes);
  return pages.write(pipe.writer(), &whole, 1);
}

void make_non_blocking(const Pipe& pipe) {
  REQUIRE(::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK) == 0);
}

}  // namespace

TEST_CASE("parts of all sizes come out as they went in, however they are read") {
  Pipe pipe;
  make_non_blocking(pipe);
  PipePages pages;
  std::mt19937 random(7);
  std::string expected;
  std::string got;
  bool has_held = false;
  for (int round = 0; round < 500; ++round) {
    const std::string one = random_bytes(random() % 90000);
    const std::string two = random_bytes(random() % 3);
    const std::string three = random_bytes(random() % 90000);
    const std::string all = one + two + three;
    iovec parts[] = {part(one), part(two), part(three)};
    if (pages.held() == 0) {
      const ssize_t taken = pages.write(pipe.writer(), parts, 3);
      if (taken > 0) expected += all.substr(0, static_cast<std::size_t>(taken));
      if (taken < 0) CHECK(errno == EAGAIN);
    }
    has_held = has_held || pages.held() > 0;
    if (expected.size() > got.size()) got += pipe.read_some(1 + random() % 70000);
    if (pages.held() > 0 && !pages.push(pipe.writer())) CHECK(errno == EAGAIN);
  }
  CHECK(has_held);
  while (got.size() < expected.size()) {
    got += pipe.read_some();
    pages.push(pipe.writer());
  }
  CHECK(pages.held() == 0);
  CHECK(got == expected);
}

TEST_CASE("small writes go straight into the pipe") {
  Pipe pipe;
  make_non_blocking(pipe);
  PipePages pages;
  const std::string small(30000, 's');
  CHECK(write(pages, pipe, small) == 30000);
  CHECK(write(pages, pipe, small) == 30000);
  const ssize_t some = write(pages, pipe, small);
  CHECK(some > 0);
  CHECK(some < 30000);
  CHECK(pages.held() == 0);
  CHECK(write(pages, pipe, small) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("a reader that has gone is told") {
  const std::string large(100000, 'L');
  Pipe pipe;
  make_non_blocking(pipe);
  PipePages pages;
  SUBCASE("at once") {
    pipe.close_reader();
    CHECK(write(pages, pipe, large) == -1);
    CHECK(errno == EPIPE);
    CHECK(pages.held() == 0);
  }
  SUBCASE("with what is held") {
    REQUIRE(::fcntl(pipe.writer(), F_SETPIPE_SZ, 4096) == 4096);
    REQUIRE(write(pages, pipe, large) == 100000);
    REQUIRE(pages.held() > 0);
    pipe.close_reader();
    CHECK_FALSE(pages.push(pipe.writer()));
    CHECK(errno == EPIPE);
    pages.drop();
    CHECK(pages.held() == 0);
  }
}

TEST_CASE("what was dropped does not come later") {
  Pipe pipe;
  make_non_blocking(pipe);
  REQUIRE(::fcntl(pipe.writer(), F_SETPIPE_SZ, 4096) == 4096);
  PipePages pages;
  REQUIRE(write(pages, pipe, std::string(100000, 'a')) == 100000);
  pages.drop();
  while (pipe.read_some(4096).size() == 4096 && pages.held() > 0) {
  }
  const std::string next(40000, 'b');
  REQUIRE(write(pages, pipe, next) == 40000);
  std::string got;
  while (pages.held() > 0) {
    got += pipe.read_some();
    pages.push(pipe.writer());
  }
  got += pipe.read_some();
  CHECK(got == next);
}

TEST_CASE("without descriptors for a pair the pipe is written to as ever") {
  Pipe pipe;
  make_non_blocking(pipe);
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  const rlimit none{0, usual.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  PipePages pages;
  const std::string large = random_bytes(60000);
  const ssize_t taken = write(pages, pipe, large);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
  CHECK(taken == 60000);
  CHECK(pages.held() == 0);
  CHECK(pipe.read_some() == large);
}

TEST_CASE("what is no pipe is written to as ever") {
  const MemoryFile file;
  PipePages pages;
  const std::string large = random_bytes(60000);
  const iovec whole = part(large);
  CHECK(pages.write(file.fd(), &whole, 1) == 60000);
  CHECK(pages.held() == 0);
  CHECK(file.content() == large);
}
