#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "session/output_watch.h"

using namespace wscope::output;
using namespace wscope::session;

namespace {

/// Two ends of a pipe or of a socket, and a stream on the first that is blocked.
struct Blocked {
  explicit Blocked(bool socket) {
    std::signal(SIGPIPE, SIG_IGN);
    const int made =
        socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) : pipe2(ends, O_CLOEXEC);
    REQUIRE(made == 0);
    if (!socket) std::swap(ends[0], ends[1]);
    stream = std::make_unique<OutputStream>(ends[0]);
    watch = std::make_unique<OutputWatch>(loop, *stream);
    while (stream->state() != OutputStream::State::kBlocked) stream->put(std::string(65536, 'x'));
  }
  ~Blocked() {
    for (const int end : ends) {
      if (end >= 0) close(end);
    }
  }

  int ends[2] = {-1, -1};
  asio::io_context loop{1};
  std::unique_ptr<OutputStream> stream;
  std::unique_ptr<OutputWatch> watch;
};

}  // namespace

TEST_CASE("a stream that was blocked goes on when its reader does, or has gone") {
  for (const bool socket : {false, true}) {
    for (const bool gone : {false, true}) {
      Blocked blocked(socket);
      int progress = 0;
      blocked.watch->arm([&] { ++progress; });
      blocked.watch->arm([&] { FAIL("somebody waits already"); });
      CHECK(blocked.loop.poll() == 0);
      if (gone) {
        close(std::exchange(blocked.ends[1], -1));
      } else {
        char buffer[4096];
        while (progress == 0 && read(blocked.ends[1], buffer, sizeof buffer) > 0) {
          blocked.loop.restart();
          blocked.loop.poll();
        }
      }
      blocked.loop.restart();
      blocked.loop.poll();
      CHECK(progress == 1);
      CHECK((blocked.stream->state() == OutputStream::State::kClosed) == gone);
    }
  }
}

TEST_CASE("who shares a socket that is waited for keeps it as it was") {
  const Blocked blocked(true);
  blocked.watch->arm([] {});
  CHECK((fcntl(blocked.ends[0], F_GETFL) & O_NONBLOCK) == 0);
}
