#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <thread>

#include "output/output_stream.h"
#include "support.h"
#include "support/tcp_pair.h"

using namespace wscope::output;
using wscope::TcpPair;
using State = OutputStream::State;

TEST_CASE("lines and terminators arrive in order, only after a flush") {
  MemoryFile file;
  OutputStream out(file.fd());
  out.put_line("one", '\n');
  out.put_line("", '\n');
  out.put({});
  out.put("two");
  out.put_line("three", '\0');
  CHECK(out.pending() == 14);
  CHECK(file.content() == "");
  CHECK(out.flush() == State::kOk);
  CHECK(out.pending() == 0);
  CHECK(file.content() == std::string("one\n\ntwothree\0", 14));
}

TEST_CASE("a full block is written without being asked to") {
  MemoryFile file;
  OutputStream out(file.fd());
  const std::string line(1000, 'x');
  for (int i = 0; i < 100; ++i) out.put_line(line, '\n');
  CHECK(file.content().size() >= OutputStream::kBlock - 1001);
  CHECK(file.content().back() == '\n');  // never a piece of a line
  out.flush();
  CHECK(file.content().size() == 100 * 1001);
}

TEST_CASE("messages of every size around the buffer's come out as they went in") {
  MemoryFile file;
  OutputStream out(file.fd());
  std::string expected;
  const std::size_t block = OutputStream::kBlock;
  for (const std::size_t size :
       {block - 2, block - 1, block, block + 1, std::size_t{1}, OutputStream::kLarge - 1,
        OutputStream::kLarge, std::size_t{1}, 2 * block, 2 * block + 1, std::size_t{0}, 5 * block,
        block / 2, block / 2, block / 2, std::size_t{3} << 20}) {
    const std::string bytes = random_bytes(size);
    out.put_line(bytes, '\n');
    out.put(bytes);
    expected += bytes + "\n" + bytes;
  }
  out.flush();
  CHECK(file.content() == expected);
}

TEST_CASE("a large message is written at once, behind what was pending") {
  MemoryFile file;
  OutputStream out(file.fd());
  out.put_line("first", '\n');
  const std::string large(OutputStream::kBlock, 'L');
  out.put_line(large, '\n');
  CHECK(out.pending() == 0);
  CHECK(file.content() == "first\n" + large + "\n");
}

TEST_CASE("a pipe nobody reads blocks the stream, not the caller, and nothing is lost") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  std::string expected;
  std::size_t lines = 0;
  while (!out.congested()) {
    const std::string line = "line " + std::to_string(lines++);
    out.put_line(line, '\n');
    expected += line + "\n";
    REQUIRE(expected.size() < (std::size_t{4} << 20));
  }
  CHECK(out.state() == State::kBlocked);
  CHECK(out.pending() >= OutputStream::kHighWater);
  CHECK(out.pending() < 2 * OutputStream::kHighWater);
  const std::string large = random_bytes(300000);
  out.put_line(large, '\n');  // also while blocked
  expected += large + "\n";

  std::string got;
  while (out.pending() > 0) {
    got += pipe.read_some();
    out.flush();
  }
  CHECK(out.state() == State::kOk);
  while (got.size() < expected.size()) got += pipe.read_some();
  CHECK(got == expected);
}

TEST_CASE("a large message into a pipe keeps its remainder") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  const std::string large = random_bytes(3000000);
  out.put("before ");
  out.put_line(large, '\n');
  CHECK(out.state() == State::kBlocked);
  out.put_line("behind", '\n');
  std::string got;
  while (out.pending() > 0) {
    got += pipe.read_some(10000);
    out.flush();
  }
  pipe.close_writer();
  while (true) {
    const std::string more = pipe.read_some();
    if (more.empty()) break;
    got += more;
    if (got.size() == large.size() + 15) break;
  }
  CHECK(got == "before " + large + "\nbehind\n");
}

TEST_CASE("a large message behind pending bytes of which only some find room") {
  Pipe pipe;
  const int capacity = ::fcntl(pipe.writer(), F_SETPIPE_SZ, 1 << 20);
  REQUIRE(capacity == 1 << 20);
  const std::string filler(static_cast<std::size_t>(capacity) - 8192, '.');
  REQUIRE(::write(pipe.writer(), filler.data(), filler.size()) ==
          static_cast<ssize_t>(filler.size()));
  OutputStream out(pipe.writer());
  const std::string before = random_bytes(50000);
  const std::string large = random_bytes(100000);
  out.put(before);
  CHECK(out.state() == State::kOk);
  out.put_line(large, '\n');
  CHECK(out.state() == State::kBlocked);
  CHECK(out.pending() == before.size() - 8192 + large.size() + 1);
  std::string got;
  while (out.pending() > 0) {
    got += pipe.read_some();
    out.flush();
  }
  while (got.size() < filler.size() + before.size() + large.size() + 1) got += pipe.read_some();
  CHECK(got == filler + before + large + "\n");
}

TEST_CASE("a slow reader and a writer that goes on get along in one small buffer") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  std::mt19937 random(3);
  std::string expected;
  std::string got;
  std::size_t most = 0;
  for (int round = 0; round < 400; ++round) {
    for (int i = 0; i < 20 && !out.congested(); ++i) {
      const std::string bytes = random_bytes(random() % 20000);
      out.put_line(bytes, '\n');
      expected += bytes + "\n";
    }
    most = std::max(most, out.pending());
    got += pipe.read_some(1 + random() % 200000);
    out.flush();
  }
  while (got.size() < expected.size()) {
    got += pipe.read_some();
    out.flush();
  }
  CHECK(got == expected);
  CHECK(most < OutputStream::kHighWater + OutputStream::kBlock);
}

TEST_CASE("what was looked at in a socket comes out of a slow pipe as it came") {
  const TcpPair socket;
  REQUIRE(socket.ready());
  Pipe pipe;
  OutputStream out(pipe.writer());
  std::mt19937 random(5);
  std::string expected;
  std::string got;
  int loans = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string sent = random_bytes(1 + random() % 100000);
    REQUIRE(socket.send(sent));
    const bool lend = out.loan().wanted();
    const std::string come = lend ? socket.look(sent.size()) : socket.read(sent.size());
    REQUIRE(come == sent);
    if (lend) {
      out.loan().open(socket.reader(), come);
      ++loans;
    } else {
      out.loan().note_read(come);
    }
    // A message that fills most of it between small ones, like frames with their headers.
    std::string_view rest(come);
    while (!rest.empty()) {
      const std::size_t size = std::min<std::size_t>(rest.size(), random() % 3 ? 70000 : 100);
      out.put_line(rest.substr(0, size), '\n');
      expected.append(rest.substr(0, size)).append("\n");
      rest.remove_prefix(size);
      rest.remove_prefix(std::min<std::size_t>(rest.size(), 4));
    }
    out.loan().end();
    while (out.congested() || random() % 2 == 0) {
      out.flush();
      if (expected.size() - got.size() > out.pending()) got += pipe.read_some(random() % 90000);
    }
  }
  while (got.size() < expected.size()) {
    out.flush();
    if (expected.size() - got.size() > out.pending()) got += pipe.read_some();
  }
  CHECK(loans > 20);
  CHECK(got == expected);
}

TEST_CASE("O_NONBLOCK does not leak to the descriptor that others share") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  CHECK((::fcntl(pipe.writer(), F_GETFL) & O_NONBLOCK) == 0);
  CHECK((::fcntl(out.poll_fd(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK(out.poll_fd() != pipe.writer());
}

TEST_CASE("a reader that has gone closes the stream and drops what is left") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  out.put_line("read", '\n');
  CHECK(out.flush() == State::kOk);
  pipe.close_reader();
  out.put_line("lost", '\n');
  CHECK(out.flush() == State::kClosed);
  CHECK(out.pending() == 0);
  out.put_line("more", '\n');
  out.put("more");
  out.put(std::string(1000000, 'x'));
  CHECK(out.pending() == 0);
  CHECK(out.flush() == State::kClosed);
  CHECK(out.drain() == State::kClosed);
  CHECK_FALSE(out.congested());
}

TEST_CASE("nor is anything left of what the pipe had not taken of a large message") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  while (out.state() != State::kBlocked) out.put(random_bytes(100000));
  REQUIRE(out.pending() > 0);
  pipe.close_reader();
  CHECK(out.flush() == State::kClosed);
  CHECK(out.pending() == 0);
}

TEST_CASE("a pipe whose reader went before the stream was made is closed as well") {
  Pipe pipe;
  pipe.close_reader();
  OutputStream out(pipe.writer());
  out.put("x");
  CHECK(out.flush() == State::kClosed);
}

TEST_CASE("a full disk fails with its cause") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  OutputStream out(full);
  out.put_line("x", '\n');
  CHECK(out.flush() == State::kFailed);
  CHECK(out.error().value() == ENOSPC);
  out.put_line("y", '\n');
  CHECK(out.pending() == 0);
  const std::string large(200000, 'L');
  OutputStream at_once(full);
  at_once.put(large);
  CHECK(at_once.state() == State::kFailed);
  ::close(full);
}

TEST_CASE("a descriptor that is not open fails") {
  OutputStream out(-1);
  out.put("x");
  CHECK(out.flush() == State::kFailed);
  CHECK(out.error().value() == EBADF);
}

TEST_CASE("sockets block without O_NONBLOCK and close without SIGPIPE") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  std::signal(SIGPIPE, SIG_DFL);  // MSG_NOSIGNAL must do
  OutputStream out(ends[1]);
  const std::string line(1000, 'x');
  for (int i = 0; i < 5000 && !out.congested(); ++i) out.put_line(line, '\n');
  CHECK(out.congested());
  CHECK((::fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0);
  ::close(ends[0]);
  CHECK(out.flush() == State::kClosed);
  std::signal(SIGPIPE, SIG_IGN);
  ::close(ends[1]);
}

TEST_CASE("drain waits for a slow reader") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  const std::string bytes = random_bytes(2000000);
  std::string got;
  std::thread reader([&] {
    while (got.size() < bytes.size()) got += pipe.read_some(5000);
  });
  out.put(bytes);
  CHECK(out.drain() == State::kOk);
  CHECK(out.pending() == 0);
  reader.join();
  CHECK(got == bytes);
}

TEST_CASE("a huge message does not cost its memory for ever") {
  Pipe pipe;
  OutputStream out(pipe.writer());
  const std::string bytes = random_bytes(8000000);
  out.put(bytes);
  std::string got;
  while (out.pending() > 0) {
    got += pipe.read_some();
    out.flush();
  }
  CHECK(out.state() == State::kOk);
  out.put_line("small", '\n');  // the buffer is a small one again, and works
  out.flush();
  while (got.size() < bytes.size() + 6) got += pipe.read_some();
  CHECK(got == bytes + "small\n");
}
