#include <doctest/doctest.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "output/line_output.h"
#include "output/terminal_screen.h"
#include "support.h"

using namespace wscope::output;

TEST_CASE("lines wait for a flush, or until they fill a screen many times") {
  FakeScreen screen;
  LineOutput out(screen);
  out.put("one\n");
  CHECK(out.pending());
  CHECK(screen.prints.empty());
  out.flush();
  CHECK_FALSE(out.pending());
  CHECK(screen.take() == "one\n");
  out.flush();
  CHECK(screen.prints.size() == 1);  // nothing to print: no print
  out.put(std::string(40000, 'x') + "\n");
  CHECK(screen.text.size() == 40001);
}

TEST_CASE("partners keep the order in which lines were told") {
  FakeScreen terminal;
  LineOutput out(terminal);
  LineOutput err(terminal);
  out.set_partner(&err);
  err.set_partner(&out);
  out.put("message 1\n");
  err.put("status 1\n");
  err.put("status 2\n");
  out.put("message 2\n");
  out.flush();
  err.flush();
  CHECK(terminal.text == "message 1\nstatus 1\nstatus 2\nmessage 2\n");
}

TEST_CASE("a full pipe makes nobody wait: lines are gathered") {
  Pipe pipe;
  OutputStream stream(pipe.writer());
  LineOutput lines(stream);
  const std::string line(999, 'x');
  for (int i = 0; i < 3000; ++i) lines.put(line + "\n");
  CHECK(stream.congested());
}

TEST_CASE("immediate: each line is one write") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0);
  {
    OutputStream stream(ends[0]);
    LineOutput lines(stream);
    lines.set_immediate(true);
    const std::string big(100'000, 'x');
    for (const std::string& line : {std::string("one\n"), std::string("two\n"), big + "\n"}) {
      lines.put(line);
      std::string got(200'000, '\0');
      got.resize(static_cast<std::size_t>(::recv(ends[1], got.data(), got.size(), MSG_DONTWAIT)));
      CHECK(got == line);
    }
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a terminal that is held makes nobody wait, and one that has gone is no failure") {
  int outer = -1;
  int inner = -1;
  REQUIRE(::openpty(&outer, &inner, nullptr, nullptr, nullptr) == 0);
  TerminalScreen screen(inner);
  OutputStream stream(inner);
  LineOutput lines(screen, stream);
  CHECK(lines.is_screen());
  lines.put("shown\n");
  CHECK(lines.pending());
  lines.flush();
  CHECK_FALSE(lines.pending());
  char got[16];
  CHECK(::read(outer, got, sizeof got) == 7);  // with a carriage return
  REQUIRE(::tcflow(inner, TCOOFF) == 0);
  const std::string line(999, 'x');
  while (!stream.congested()) lines.put(line + "\n");
  CHECK(stream.pending() >= OutputStream::kHighWater);
  CHECK(stream.state() == OutputStream::State::kBlocked);
  ::close(outer);
  lines.put("lost\n");
  lines.flush();
  CHECK(stream.drain(0) == OutputStream::State::kOk);
  CHECK(stream.pending() == 0);
  ::close(inner);
}
