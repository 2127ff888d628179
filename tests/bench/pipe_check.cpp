// pipe_check: reads stdin to its end and compares it with the lines a client must have written.
//
//   pipe_check --size BYTES --count N [--one-message] [--no-separator] [--stall MS]
//
// --no-separator: for clients that write messages without anything between. --stall: reads nothing
// at first. stdout: one line of JSON; `end` is when the last byte came. Exit 0 when it is all
// right.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "arguments.h"
#include "clock.h"
#include "flow.h"

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::size_t size = arguments.number("--size", 16);
  const std::uint64_t count = arguments.number("--count", 1);
  const std::uint64_t stall = arguments.number("--stall", 0);
  const bool one_message = arguments.flag("--one-message");
  const char* separator = arguments.flag("--no-separator") ? "" : "\n";
  arguments.done();

  bench::FlowChecker checker(one_message ? bench::one_line_flow(size, separator)
                                         : bench::line_flow(size, count, separator));
  std::vector<char> buffer(std::size_t{64} << 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(stall));
  double end = bench::now();
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0) bench::fail_errno("read");
    if (got == 0) break;
    checker.feed({buffer.data(), static_cast<std::size_t>(got)});
    end = bench::now();
  }
  std::printf("{\"whole\": %s, \"bytes\": %llu, \"first_difference\": %lld, \"end\": %.6f}\n",
              checker.whole() ? "true" : "false", static_cast<unsigned long long>(checker.bytes()),
              checker.same() ? -1LL : static_cast<long long>(checker.first_difference()), end);
  return checker.whole() ? 0 : 1;
}
