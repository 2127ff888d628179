// lines: writes the lines of a run to stdout: what the clients are to send.
//
//   lines --size BYTES --count N [--one-message] [--hold]
//
// --hold: keeps stdout open afterwards until its reader has gone, for clients that leave at the end
// of their input before everything is sent.
#include <poll.h>
#include <unistd.h>

#include <csignal>

#include "arguments.h"
#include "flow.h"

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::size_t size = arguments.number("--size", 16);
  const std::uint64_t count = arguments.number("--count", 1);
  const bool one_message = arguments.flag("--one-message");
  const bool hold = arguments.flag("--hold");
  arguments.done();
  std::signal(SIGPIPE, SIG_IGN);
  const bench::Flow flow =
      one_message ? bench::one_line_flow(size, "\n") : bench::line_flow(size, count, "\n");
  std::uint64_t written = 0;
  while (written < flow.total()) {
    const std::string_view piece = flow.piece(written);
    const ssize_t put = write(STDOUT_FILENO, piece.data(), piece.size());
    if (put < 0) return 1;
    written += static_cast<std::uint64_t>(put);
  }
  if (hold) {
    pollfd reader{STDOUT_FILENO, 0, 0};
    poll(&reader, 1, -1);
  }
  return 0;
}
