#include <doctest/doctest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <thread>

#include "output/terminal_screen.h"
#include "support.h"

using namespace wscope::output;

TEST_CASE("a terminal's columns follow its size; 80 where there is none") {
  int outer = -1;
  int inner = -1;
  winsize size{24, 132, 0, 0};
  REQUIRE(::openpty(&outer, &inner, nullptr, nullptr, &size) == 0);
  TerminalScreen screen(inner);
  CHECK(screen.columns() == 132);
  size.ws_col = 40;
  ::ioctl(inner, TIOCSWINSZ, &size);
  CHECK(screen.columns() == 40);
  ::close(inner);
  ::close(outer);
  MemoryFile file;
  CHECK(TerminalScreen(file.fd()).columns() == 80);
}

TEST_CASE("everything is printed, even where somebody made the descriptor non-blocking") {
  Pipe pipe;
  ::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK);
  const std::string lines(500000, 'x');
  std::string got;
  std::thread reader([&] {
    while (got.size() < lines.size()) got += pipe.read_some(7000);
  });
  TerminalScreen(pipe.writer()).print(lines);
  reader.join();
  CHECK(got == lines);
}

TEST_CASE("a terminal that has gone takes nothing and says nothing") {
  int outer = -1;
  int inner = -1;
  const winsize size{24, 132, 0, 0};
  REQUIRE(::openpty(&outer, &inner, nullptr, nullptr, &size) == 0);
  Pipe pipe;
  pipe.close_reader();
  ::close(outer);
  for (const int fd : {inner, pipe.writer(), -1}) {
    TerminalScreen screen(fd);
    CHECK_NOTHROW(screen.print("lost\n"));
    CHECK(screen.columns() == 80);
  }
  ::close(inner);
}
