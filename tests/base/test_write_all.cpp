#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "base/unique_fd.h"
#include "base/write_all.h"

using wscope::UniqueFd;
using wscope::write_all;

TEST_CASE("all is written, also what a pipe takes in many pieces") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  const std::string sent(1 << 20, 'x');
  bool written = false;
  std::thread writer([&] {
    written = write_all(to.get(), sent) && write_all(to.get(), "");
    to = UniqueFd();
  });
  std::string read;
  char block[4096];
  for (ssize_t got; (got = ::read(from.get(), block, sizeof block)) > 0;) {
    read.append(block, static_cast<std::size_t>(got));
  }
  writer.join();
  CHECK(written);
  CHECK((read == sent));
}

TEST_CASE("what can't be written is told by errno") {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(write_all(full.get(), "x"));
  CHECK(errno == ENOSPC);
}
