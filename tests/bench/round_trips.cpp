// round_trips: writes a line into a client's stdin, waits for the same line on its stdout, times
// it.
//
//   round_trips [--count N] [--size BYTES] [--decorated] [--after MS] -- CLIENT [WORD…]
//
// The first tenth warms up and is not counted. --decorated: the client writes more around the
// answer. stdout: one line of JSON, microseconds. The client's input is closed at the end. Pin it
// with taskset: the client inherits the core.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "arguments.h"
#include "clock.h"
#include "payload.h"

namespace {

struct Child {
  pid_t pid;
  int in;
  int out;
};

Child start(const std::vector<std::string>& command) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) bench::fail_errno("pipe");
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) bench::fail_errno("fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // never left behind
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execvp(words[0], words.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  return {pid, in[1], out[0]};
}

// Decorated clients write escape sequences around the answer; it counts when the line is in there.
void wait_for(const Child& child, const std::string& line, bool exact) {
  static std::string seen;
  char buffer[65536];
  for (;;) {
    const ssize_t got = read(child.out, buffer, sizeof buffer);
    if (got <= 0) bench::fail("the client ended early");
    seen.append(buffer, static_cast<std::size_t>(got));
    if (seen.find(line) == std::string::npos || (exact && seen.back() != '\n')) continue;
    if (exact && seen != line + "\n") bench::fail("not the line that was sent: " + seen);
    seen.clear();
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::uint64_t count = arguments.number("--count", 10000);
  const std::size_t size = arguments.number("--size", 16);
  const std::uint64_t after = arguments.number("--after", 300);
  const bool exact = !arguments.flag("--decorated");
  arguments.done();
  if (arguments.command().empty()) bench::fail("no command");
  std::signal(SIGPIPE, SIG_IGN);

  const std::vector<std::string> messages = bench::make_period(size);
  const Child child = start(arguments.command());
  std::this_thread::sleep_for(std::chrono::milliseconds(after));
  std::vector<double> times;
  for (std::uint64_t i = 0; i < count + count / 10; ++i) {
    const std::string line = messages[i % messages.size()] + "\n";
    const double begin = bench::now();
    if (write(child.in, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      bench::fail("the client takes no input");
    }
    wait_for(child, messages[i % messages.size()], exact);
    if (i >= count / 10) times.push_back((bench::now() - begin) * 1e6);
  }
  close(child.in);
  int status = 0;
  waitpid(child.pid, &status, 0);
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  std::printf("{\"p50\": %.2f, \"p99\": %.2f, \"status\": %d}\n", at(0.5), at(0.99), status);
  return 0;
}
