#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/page_loan.h"
#include "output/support.h"
#include "support/tcp_pair.h"

using wscope::PageLoan;
using wscope::TcpPair;
using wscope::output::Pipe;

namespace {

constexpr std::size_t kLeast = PageLoan::kLeast;

/// `size` bytes that tell their places.
std::string numbered(std::size_t size) {
  std::string bytes;
  for (int i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + " ";
  bytes.resize(size);
  return bytes;
}

/// A connection, a pipe, and a loan of what was sent through the one.
struct Lent {
  explicit Lent(std::size_t size) : sent(numbered(size)) {
    REQUIRE(socket.ready());
    REQUIRE(::fcntl(pipe.writer(), F_SETPIPE_SZ, 1 << 20) > 0);
    REQUIRE(socket.send(sent));
    seen = socket.look(sent.size());
    REQUIRE(seen == sent);
    loan.open(socket.reader(), seen);
  }
  std::string_view part(std::size_t offset, std::size_t size) const {
    return std::string_view(seen).substr(offset, size);
  }

  TcpPair socket;
  Pipe pipe;
  std::string sent;
  std::string seen;
  PageLoan loan;
};

}  // namespace

TEST_CASE("bytes of a loan go into a pipe, those around them only off the socket") {
  Lent lent(3 * kLeast);
  const auto first = lent.part(10, kLeast);
  REQUIRE(lent.loan.movable(first) == first);
  CHECK(lent.loan.move(first, lent.pipe.writer()) == kLeast);
  const auto second = lent.part(kLeast + 20, kLeast + 5);
  CHECK(lent.loan.move(lent.loan.movable(second), lent.pipe.writer()) == kLeast + 5);
  lent.loan.end();
  CHECK(lent.pipe.read_some() == std::string(first) + std::string(second));
  REQUIRE(lent.socket.send("what follows"));
  CHECK(lent.socket.read(100) == "what follows");
  CHECK(lent.loan.wanted());
}

TEST_CASE("a loan of which nothing is moved is off the socket at its end, and none is wanted") {
  Lent lent(2 * kLeast);
  lent.loan.end();
  REQUIRE(lent.socket.send("next"));
  CHECK(lent.socket.read(100) == "next");
  CHECK_FALSE(lent.loan.wanted());
}

TEST_CASE("what a full pipe does not take is not on the socket any more, but in memory") {
  Lent lent(4 * kLeast);
  REQUIRE(::fcntl(lent.pipe.writer(), F_SETPIPE_SZ, 8192) == 8192);
  const std::string filler(4096, '.');
  REQUIRE(::write(lent.pipe.writer(), filler.data(), filler.size()) == 4096);
  const auto all = lent.part(0, 4 * kLeast);
  const std::size_t moved = lent.loan.move(lent.loan.movable(all), lent.pipe.writer());
  CHECK(moved > 0);
  CHECK(moved < all.size());
  CHECK(lent.loan.movable(all) == all.substr(moved));
  CHECK(lent.loan.move(all.substr(moved), lent.pipe.writer()) == 0);
  lent.loan.end();
  CHECK(lent.pipe.read_some() == filler + std::string(all.substr(0, moved)));
  REQUIRE(lent.socket.send("next"));
  CHECK(lent.socket.read(100) == "next");
}

TEST_CASE("of a socket that throws nothing away the bytes are read, to the same place") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  const wscope::UniqueFd writer(ends[0]);
  const wscope::UniqueFd reader(ends[1]);
  const std::string sent = numbered(2 * kLeast);
  REQUIRE(::send(writer.get(), sent.data(), sent.size(), 0) == static_cast<ssize_t>(sent.size()));
  std::string seen(sent.size(), '\0');
  REQUIRE(::recv(reader.get(), seen.data(), seen.size(), MSG_PEEK) ==
          static_cast<ssize_t>(sent.size()));
  PageLoan loan;
  loan.open(reader.get(), seen);
  SUBCASE("all of them") {}
  SUBCASE("what lies around the bytes that were moved") {
    const Pipe pipe;
    REQUIRE(::fcntl(pipe.writer(), F_SETPIPE_SZ, 1 << 20) > 0);
    const auto middle = std::string_view(seen).substr(1000, kLeast);
    CHECK(loan.move(loan.movable(middle), pipe.writer()) == kLeast);
    CHECK(pipe.read_some() == sent.substr(1000, kLeast));
  }
  loan.end();
  CHECK(seen == sent);
  REQUIRE(::send(writer.get(), "next", 4, 0) == 4);
  char next[10];
  CHECK(::recv(reader.get(), next, sizeof next, 0) == 4);
}

TEST_CASE("of data that began before the loan the end can be moved") {
  Lent lent(2 * kLeast);
  lent.loan.end();
  REQUIRE(lent.socket.send(lent.sent));
  REQUIRE(lent.socket.look(lent.sent.size()) == lent.sent);
  // The first 7 bytes of the memory are older than the loan.
  const std::string memory = "older: " + lent.sent;
  lent.loan.open(lent.socket.reader(), std::string_view(memory).substr(7));
  const std::string_view end = lent.loan.movable(memory);
  CHECK(end.data() == memory.data() + 7);
  CHECK(end == lent.sent);
  CHECK(lent.loan.move(end, lent.pipe.writer()) == end.size());
  lent.loan.end();
  CHECK(lent.pipe.read_some() == lent.sent);
}

TEST_CASE("what is elsewhere, or small, or was moved, can't be moved") {
  Lent lent(3 * kLeast);
  const std::string elsewhere(lent.sent);
  CHECK(lent.loan.movable(elsewhere).empty());
  CHECK(lent.loan.movable(lent.part(0, kLeast - 1)).empty());
  CHECK(lent.loan.movable({}).empty());
  const auto first = lent.part(0, 2 * kLeast);
  REQUIRE(lent.loan.move(lent.loan.movable(first), lent.pipe.writer()) == first.size());
  CHECK(lent.loan.movable(first).empty());
  CHECK(lent.loan.movable(lent.part(2 * kLeast, kLeast)).size() == kLeast);
  lent.loan.end();
  CHECK(lent.loan.movable(first).empty());
}

TEST_CASE("a loan is wanted when something large was given of what was read without one") {
  PageLoan loan;
  const std::string bytes(2 * kLeast, 'x');
  CHECK_FALSE(loan.wanted());
  loan.note_read(bytes);
  CHECK(loan.movable(std::string_view(bytes).substr(0, 1000)).empty());
  CHECK_FALSE(loan.wanted());
  CHECK(loan.movable(bytes).empty());
  CHECK(loan.wanted());
  loan.end();
  CHECK(loan.wanted());
}

TEST_CASE("a pipe whose reader has gone takes nothing, and the next may") {
  Lent lent(2 * kLeast);
  lent.pipe.close_reader();
  CHECK(lent.loan.move(lent.loan.movable(lent.seen), lent.pipe.writer()) == 0);
  CHECK(lent.loan.movable(lent.seen) == lent.seen);
  lent.loan.end();
  REQUIRE(lent.socket.send("next"));
  CHECK(lent.socket.read(100) == "next");
}

TEST_CASE("where the system can't, nothing is moved and no loan is wanted any more") {
  Lent lent(2 * kLeast);
  const wscope::output::MemoryFile no_pipe;
  CHECK(lent.loan.move(lent.loan.movable(lent.seen), no_pipe.fd()) == 0);
  CHECK(lent.loan.movable(lent.seen).empty());
  lent.loan.end();
  CHECK_FALSE(lent.loan.wanted());
  lent.loan.note_read(lent.seen);
  CHECK(lent.loan.movable(lent.seen).empty());
  CHECK_FALSE(lent.loan.wanted());
}
