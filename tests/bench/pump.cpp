// pump: the yardstick: a plain socket on one side, a descriptor on the other, no WebSocket between.
//
//   pump receive PORT   socket → stdout until the end
//   pump send PORT      stdin → socket until the end, then waits for the peer's end
//   pump both PORT      both ways, each piece at once (for round trips)
//   pump one PORT       sends "hello\n", prints the one line that comes, leaves
//
// Exit 0 when everything went through.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "arguments.h"
#include "loopback.h"

namespace {

constexpr std::size_t kBuffer = std::size_t{128} << 10;

void write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t put = write(fd, data, size);
    if (put < 0) bench::fail_errno("write");
    data += put;
    size -= static_cast<std::size_t>(put);
  }
}

std::size_t read_some(int fd, std::vector<char>& buffer) {
  const ssize_t got = read(fd, buffer.data(), buffer.size());
  if (got < 0) bench::fail_errno("read");
  return static_cast<std::size_t>(got);
}

void receive(int peer, std::vector<char>& buffer) {
  while (const std::size_t got = read_some(peer, buffer)) {
    write_all(STDOUT_FILENO, buffer.data(), got);
  }
}

void send(int peer, std::vector<char>& buffer) {
  while (const std::size_t got = read_some(STDIN_FILENO, buffer)) {
    write_all(peer, buffer.data(), got);
  }
  shutdown(peer, SHUT_WR);
  while (read_some(peer, buffer) > 0) {
  }
}

void both(int peer, std::vector<char>& buffer) {
  pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {peer, POLLIN, 0}};
  for (;;) {
    if (poll(fds, 2, -1) < 0) bench::fail_errno("poll");
    if (fds[1].revents != 0) {
      const std::size_t got = read_some(peer, buffer);
      if (got == 0) return;
      write_all(STDOUT_FILENO, buffer.data(), got);
    }
    if (fds[0].revents != 0) {
      const std::size_t got = read_some(STDIN_FILENO, buffer);
      if (got == 0) {
        shutdown(peer, SHUT_WR);
        fds[0].fd = -1;
      }
      write_all(peer, buffer.data(), got);
    }
  }
}

void one(int peer, std::vector<char>& buffer) {
  write_all(peer, "hello\n", 6);
  std::size_t held = 0;
  while (held == 0 || buffer[held - 1] != '\n') {
    const ssize_t got = read(peer, buffer.data() + held, buffer.size() - held);
    if (got <= 0) bench::fail("no answer");
    held += static_cast<std::size_t>(got);
  }
  write_all(STDOUT_FILENO, buffer.data(), held);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::string mode = arguments.word("mode");
  const std::string port = arguments.word("port");
  arguments.done();
  std::signal(SIGPIPE, SIG_IGN);
  const int peer = bench::connect_to_loopback(port);
  std::vector<char> buffer(kBuffer);
  if (mode == "receive") {
    receive(peer, buffer);
  } else if (mode == "send") {
    send(peer, buffer);
  } else if (mode == "both") {
    both(peer, buffer);
  } else if (mode == "one") {
    one(peer, buffer);
  } else {
    bench::fail("no such mode: " + mode);
  }
  return 0;
}
