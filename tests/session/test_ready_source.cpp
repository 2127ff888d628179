#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "input/pulling.h"
#include "session/ready_source.h"

using namespace wscope;
using namespace wscope::session;
using namespace wscope::test;

namespace {

constexpr auto kText = Action::Kind::kText;
constexpr auto kRefused = Action::Kind::kRefused;

/// A source and the loop it waits on.
struct Reading {
  explicit Reading(int fd, const MessageOptions& options = {})
      : source(make_ready_source(loop, options, fd)) {
    if (source) source->start([this] { ++woken; });
  }

  ActionSource::Pull next() { return source->next(action); }
  /// False at the end.
  bool pull() {
    for (;;) {
      const auto pulled = next();
      if (pulled == ActionSource::Pull::kAction) return true;
      if (pulled == ActionSource::Pull::kEnd) return false;
      wait();
    }
  }
  void wait() {
    const int before = woken;
    while (woken == before) {
      loop.restart();
      loop.run_one();
    }
  }
  std::vector<Pulled> all() {
    std::vector<Pulled> pulled;
    while (pull()) {
      const bool refused = action.kind == kRefused;
      pulled.push_back({action.kind, refused ? "" : std::string(action.data),
                        refused ? action.error.message : ""});
    }
    return pulled;
  }

  asio::io_context loop{1};
  std::unique_ptr<ActionSource> source;
  Action action;
  int woken = 0;
};

struct TemporaryFile {
  explicit TemporaryFile(std::string_view content) : file(std::tmpfile()) {
    std::fwrite(content.data(), 1, content.size(), file);
    std::fflush(file);
    std::rewind(file);
  }
  ~TemporaryFile() { std::fclose(file); }
  int fd() const { return fileno(file); }
  std::FILE* file;
};

struct SocketPair {
  SocketPair() {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) ends[0] = ends[1] = -1;
  }
  ~SocketPair() {
    for (const int end : ends) close(end);
  }
  int ends[2];
};

const std::vector<Pulled> kThreeLines = {
    {kText, "a", ""}, {kText, "", ""}, {kText, "b\xc3\xa9", ""}};

}  // namespace

TEST_CASE("a file, a pipe and a socket give the same lines") {
  const std::string_view bytes = "a\n\nb\xc3\xa9";
  const TemporaryFile file(bytes);
  CHECK(Reading(file.fd()).all() == kThreeLines);

  Pipe pipe;
  pipe.put(bytes);
  pipe.close_in();
  CHECK(Reading(pipe.out).all() == kThreeLines);

  const SocketPair sockets;
  REQUIRE(write(sockets.ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  shutdown(sockets.ends[1], SHUT_WR);
  CHECK(Reading(sockets.ends[0]).all() == kThreeLines);
}

TEST_CASE("what can make a reader wait is not read on the loop") {
  const int device = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  for (const int fd : {device, terminal, -1}) CHECK_FALSE(Reading(fd).source);
  close(device);
  close(terminal);
}

TEST_CASE("a line that comes in pieces wakes the loop for each, and leaves whole") {
  Pipe pipe;
  Reading reading(pipe.out);
  CHECK(reading.next() == ActionSource::Pull::kEmpty);
  pipe.put("one, ");
  reading.wait();
  CHECK(reading.next() == ActionSource::Pull::kEmpty);
  pipe.put("two\nthree");
  REQUIRE(reading.pull());
  CHECK(reading.action.data == "one, two");
  CHECK(reading.next() == ActionSource::Pull::kEmpty);
  pipe.close_in();
  REQUIRE(reading.pull());
  CHECK(reading.action.data == "three");
  CHECK_FALSE(reading.pull());
}

TEST_CASE("the descriptions of those who share stdin keep their flags") {
  Pipe pipe;
  const SocketPair sockets;
  for (const int fd : {pipe.out, sockets.ends[0]}) {
    Reading reading(fd);
    CHECK(reading.next() == ActionSource::Pull::kEmpty);
    CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) == 0);
  }
}

TEST_CASE("of a file no more is read than was asked for") {
  const std::string content(8 << 20, '\n');
  const TemporaryFile file(content);
  Reading reading(file.fd());
  CHECK(lseek(file.fd(), 0, SEEK_CUR) == 0);
  REQUIRE(reading.pull());
  // The offset of the shared description tells how much was read.
  CHECK(lseek(file.fd(), 0, SEEK_CUR) <= 256 << 10);
  std::size_t lines = 1;
  while (reading.pull()) ++lines;
  CHECK(lines == content.size());
  CHECK(reading.woken == 0);
}

TEST_CASE("a writer waits while nobody pulls, and all of it arrives") {
  Pipe pipe;
  const std::string line(4095, 'x');
  const int first = 16;  // fill a pipe of the usual size
  for (int i = 0; i < first; ++i) pipe.put(line + "\n");
  std::thread writer([&] {
    for (int i = first; i < 1000; ++i) pipe.put(line + "\n");
    pipe.close_in();
  });
  Reading reading(pipe.out);
  REQUIRE(reading.pull());
  int lines = 1;
  // A pipe that was found full has become larger.
  while (reading.pull()) lines += reading.action.data == line ? 1 : 0;
  CHECK(lines == 1000);
  CHECK(fcntl(pipe.out, F_GETPIPE_SZ) == 512 << 10);
  writer.join();
}

TEST_CASE("a failing read is told once, and is the end") {
  const int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  CHECK_FALSE(Reading(directory).source);  // the thread tells it
  close(directory);
  const int write_only = open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
  CHECK(Reading(write_only).all() ==
        std::vector<Pulled>{{kRefused, "", "can't read standard input: bad file descriptor"}});
  close(write_only);
  Pipe pipe;  // opened anew, its other end would give what is written here
  CHECK(Reading(pipe.in).all() ==
        std::vector<Pulled>{{kRefused, "", "can't read standard input: bad file descriptor"}});
}

TEST_CASE("a file of the kernel's may make its reader wait: the thread reads it") {
  const int file = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
  CHECK_FALSE(Reading(file).source);
  close(file);
}

TEST_CASE("a system that gives no descriptor to wait with is an error, not a crash") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  Reading reading(ends[0]);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto pulled = reading.next();
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(pulled == ActionSource::Pull::kAction);
  CHECK(reading.action.error.message == "can't read standard input: too many open files");
  CHECK(reading.next() == ActionSource::Pull::kEnd);
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("who counts no further says so") {
  const TemporaryFile large(std::string(std::size_t{3} << 20, '\n'));
  Reading reading(large.fd());
  CHECK(reading.source->unpulled() >= 1u << 20);
  CHECK(reading.source->unpulled_goes_on());
  const TemporaryFile small("a\nb\n");
  Reading whole(small.fd());
  CHECK(whole.source->unpulled() == 2);
  CHECK_FALSE(whole.source->unpulled_goes_on());
}

TEST_CASE("what nobody will send is counted, also what was not read yet") {
  Pipe pipe;
  pipe.put("a\nb\n");
  Reading reading(pipe.out);
  REQUIRE(reading.pull());
  pipe.put("c\nd");
  CHECK(reading.source->unpulled() == 3);
  CHECK(reading.source->unpulled() == 3);
  reading.source->stop();
  CHECK(reading.source->unpulled() == 3);

  const TemporaryFile file("a\nb\nc\n");
  CHECK(Reading(file.fd()).source->unpulled() == 3);
}

TEST_CASE("a command's pipe is read as it is") {
  Pipe pipe;
  fcntl(pipe.out, F_SETFL, O_NONBLOCK);
  Reading reading(-1);
  reading.source = make_command_source(reading.loop, {}, UniqueFd(dup(pipe.out)));
  reading.source->start([&] { ++reading.woken; });
  CHECK(reading.next() == ActionSource::Pull::kEmpty);
  pipe.put("a\n\nb\xc3\xa9");
  pipe.close_in();
  CHECK(reading.all() == kThreeLines);
}
