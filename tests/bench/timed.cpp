// timed: runs a command, or the same command many times, and tells what it cost.
//
//   timed [--times N] [--expect TEXT] [--report FILE] -- COMMAND [WORD…]
//
// Small on purpose and linked statically: a child's peak RSS begins with that of the process it was
// forked from. The command has our stdin and stdout. --expect: what its stdout must be, each time
// (a line end aside). Report (default: stdout): one line of JSON: wall seconds as median and p99,
// median CPU seconds, greatest RSS in KiB, how often status or output were not right. SIGTERM is
// passed on.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "arguments.h"
#include "clock.h"

namespace {

volatile sig_atomic_t child_pid = 0;

void pass_on(int signal) {
  if (child_pid > 0) kill(static_cast<pid_t>(child_pid), signal);
}

struct Run {
  double wall = 0;
  double cpu = 0;
  long rss = 0;
  int status = 0;  // as a shell tells it
  std::string output;
};

Run run(const std::vector<char*>& words, bool gather) {
  int pipe_fds[2] = {-1, -1};
  if (gather && pipe2(pipe_fds, O_CLOEXEC) != 0) bench::fail_errno("pipe");
  Run result;
  const double begin = bench::now();
  const pid_t pid = fork();
  if (pid < 0) bench::fail_errno("fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // never left behind
    if (gather) dup2(pipe_fds[1], STDOUT_FILENO);
    execvp(words[0], words.data());
    _exit(127);
  }
  child_pid = pid;
  if (gather) {
    close(pipe_fds[1]);
    char buffer[4096];
    ssize_t got = 0;
    while ((got = read(pipe_fds[0], buffer, sizeof buffer)) > 0) {
      result.output.append(buffer, static_cast<std::size_t>(got));
    }
    close(pipe_fds[0]);
  }
  rusage usage{};
  int status = 0;
  while (wait4(pid, &status, 0, &usage) < 0) {
  }
  result.wall = bench::now() - begin;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  result.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  result.rss = usage.ru_maxrss;
  result.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

double share_of(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::uint64_t times = arguments.number("--times", 1);
  const std::string nothing = "\x01";
  const std::string expected = arguments.text("--expect", nothing);
  const std::string report_path = arguments.text("--report", "");
  arguments.done();
  if (arguments.command().empty() || times == 0) bench::fail("no command");
  std::signal(SIGTERM, pass_on);

  std::vector<char*> words;
  for (const std::string& word : arguments.command()) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  std::vector<double> walls;
  std::vector<double> cpus;
  long rss = 0;
  int status = 0;
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < times; ++i) {
    const Run one = run(words, expected != nothing);
    walls.push_back(one.wall);
    cpus.push_back(one.cpu);
    rss = std::max(rss, one.rss);
    status = one.status;
    const bool right =
        expected == nothing || one.output == expected || one.output == expected + "\n";
    if (one.status != 0 || !right) ++wrong;
  }
  std::FILE* report = report_path.empty() ? stdout : std::fopen(report_path.c_str(), "w");
  if (report == nullptr) bench::fail_errno(report_path);
  std::fprintf(report,
               "{\"wall\": %.6f, \"wall_p99\": %.6f, \"cpu\": %.6f, \"rss\": %ld, \"status\": %d, "
               "\"wrong\": %llu}\n",
               share_of(walls, 0.5), share_of(walls, 0.99), share_of(cpus, 0.5), rss, status,
               static_cast<unsigned long long>(wrong));
  return 0;
}
