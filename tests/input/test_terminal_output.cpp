#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "input/terminal_output.h"

using namespace wscope::input;

namespace {

/// A terminal in the mode of a prompt: keys are bytes, and Ctrl-S stops output.
struct Terminal {
  Terminal() {
    REQUIRE(openpty(&outer, &inner, nullptr, nullptr, nullptr) == 0);
    termios modes{};
    tcgetattr(inner, &modes);
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
    modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    tcsetattr(inner, TCSANOW, &modes);
  }
  ~Terminal() {
    close(outer);
    close(inner);
    close(stop);
  }
  void type(const std::string& keys) { REQUIRE(write(outer, keys.data(), keys.size()) > 0); }
  void ring() {
    const std::uint64_t one = 1;
    REQUIRE(write(stop, &one, sizeof one) == sizeof one);
  }
  /// Until `size` bytes have come.
  std::string read_all(std::size_t size) {
    std::string got;
    char piece[4096];
    pollfd ready{outer, POLLIN, 0};
    while (got.size() < size && poll(&ready, 1, 10000) == 1) {
      const ssize_t count = read(outer, piece, sizeof piece);
      if (count <= 0) break;
      got.append(piece, static_cast<std::size_t>(count));
    }
    return got;
  }
  bool stopped_by_key() {
    pollfd room{inner, POLLOUT, 0};
    return poll(&room, 1, 0) == 0;
  }
  int outer = -1;
  int inner = -1;
  int stop = eventfd(0, EFD_CLOEXEC);
};

}  // namespace

TEST_CASE("all of it arrives, however slowly it is taken") {
  Terminal terminal;
  TerminalOutput output(terminal.inner, terminal.inner, terminal.stop);
  const std::string text(300000, 'x');
  std::thread writer([&] { output.write(text); });
  CHECK((terminal.read_all(text.size()) == text));
  writer.join();
  CHECK_FALSE(output.given_up());
  CHECK((fcntl(terminal.inner, F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("Ctrl-C makes output go on that Ctrl-S has stopped, and stays a key") {
  Terminal terminal;
  TerminalOutput output(terminal.inner, terminal.inner, terminal.stop);
  terminal.type("\x13");
  REQUIRE(terminal.stopped_by_key());
  CHECK(output.put("nothing", 0) == 0);
  std::thread writer([&] { output.write("shown"); });
  terminal.type("ab\x03");
  CHECK(terminal.read_all(5) == "shown");
  writer.join();
  CHECK_FALSE(output.given_up());
  CHECK(output.take_typed() == "ab\x03");
  CHECK_FALSE(output.has_typed());
}

TEST_CASE("another Ctrl-C, a while later, gives up a terminal that nobody reads") {
  Terminal terminal;
  TerminalOutput output(terminal.inner, terminal.inner, terminal.stop);
  while (output.put(std::string(100000, 'x'), 50) > 0) continue;
  std::atomic<bool> over{false};
  std::thread writer([&] {
    output.write("never seen");
    over = true;
  });
  int pressed = 0;
  for (; !over; ++pressed) {
    terminal.type("\x03\x03");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  writer.join();
  CHECK(pressed > 1);
  CHECK(output.given_up());
  output.write("dropped");
  CHECK(output.put("dropped", 0) == 7);
}

TEST_CASE("the end gives it up, and lifts Ctrl-S before") {
  Terminal unread;
  TerminalOutput output(unread.inner, unread.inner, unread.stop);
  std::thread writer([&] { output.write(std::string(1000000, 'x')); });
  unread.ring();
  writer.join();
  CHECK(output.given_up());

  Terminal held;
  TerminalOutput last(held.inner, held.inner, held.stop);
  held.type("\x13");
  REQUIRE(held.stopped_by_key());
  held.ring();
  last.write("the last words");
  CHECK(held.read_all(14) == "the last words");
  CHECK_FALSE(last.given_up());
}

TEST_CASE("a terminal that has gone takes everything") {
  Terminal terminal;
  TerminalOutput output(terminal.inner, terminal.inner, terminal.stop);
  close(terminal.outer);
  output.write(std::string(1000000, 'x'));
  CHECK_FALSE(output.given_up());
  terminal.outer = open("/proc/self/fd", O_RDONLY | O_CLOEXEC);  // something to close
}
