#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>

#include "base/ask_secret.h"

namespace {

using wscope::ask_secret;
using wscope::Stage;

std::string outcome_of(const wscope::Result<std::string>& answer) {
  if (answer) return "answer <" + *answer + ">";
  return "stage " + std::to_string(static_cast<int>(answer.error().stage)) + " <" +
         answer.error().message + "> hint <" + answer.error().hint + ">";
}

std::string stage_text(Stage stage) { return "stage " + std::to_string(static_cast<int>(stage)); }

struct Session {
  std::string shown;    // on the terminal
  std::string outcome;  // of ask_secret
  bool echo_after = false;
};

/// As if the signal came between the question and the wait for its answer.
void hold_and_raise(int number) {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, number);
  ::sigprocmask(SIG_BLOCK, &held, nullptr);
  ::raise(number);
}

/// What the runner has printed so far must not be printed a second time by a child: a sanitizer's
/// _exit empties the buffers of stdio.
void empty_buffers_before_fork() { std::fflush(nullptr); }

/// Asks in a child whose terminal is a new one; types `keys` once the question is shown.
Session on_terminal(const std::string& keys, int signal_to_child = 0, bool pending = false) {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  int master = -1;
  empty_buffers_before_fork();
  const pid_t child = ::forkpty(&master, nullptr, nullptr, nullptr);
  REQUIRE(child >= 0);
  if (child == 0) {
    // Whoever runs this under nohup ignores SIGHUP, and so would the child.
    if (signal_to_child != 0) ::signal(signal_to_child, SIG_DFL);
    if (pending) hold_and_raise(signal_to_child);
    std::string text = outcome_of(ask_secret("passphrase of k.pem: ", "the hint"));
    termios modes{};
    ::tcgetattr(0, &modes);
    text += (modes.c_lflag & ECHO) != 0 && (modes.c_lflag & ISIG) != 0 ? "\n" : "!";
    (void)!::write(pipe_ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  Session out;
  char buffer[512];
  bool typed = false;
  for (;;) {
    pollfd ready{master, POLLIN, 0};
    ::poll(&ready, 1, -1);
    const ssize_t n = ::read(master, buffer, sizeof buffer);
    if (n <= 0) break;
    out.shown.append(buffer, static_cast<std::size_t>(n));
    if (!typed && out.shown.find("k.pem: ") != std::string::npos) {
      typed = true;
      if (signal_to_child != 0 && !pending) ::kill(child, signal_to_child);
      if (!keys.empty()) (void)!::write(master, keys.data(), keys.size());
    }
  }
  for (ssize_t n; (n = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    out.outcome.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(pipe_ends[0]);
  ::close(master);
  ::waitpid(child, nullptr, 0);
  out.echo_after = !out.outcome.empty() && out.outcome.back() == '\n';
  if (!out.outcome.empty()) out.outcome.pop_back();
  return out;
}

}  // namespace

TEST_CASE("ask_secret: the answer is read without echo, and the terminal is put back") {
  struct Row {
    const char* keys;
    const char* outcome;
  };
  const Row rows[] = {
      {"sesame\r", "answer <sesame>"},
      {"sesame\n", "answer <sesame>"},
      {"\r", "answer <>"},
      {"wrong\x15right\r", "answer <right>"},
      {"ab\x7f\x7f\x7f"
       "cd\r",
       "answer <cd>"},
      {"a\xc3\xbc\x7f"
       "b\r",
       "answer <ab>"},
      {"end\x04", "answer <end>"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.keys);
    const Session session = on_terminal(row.keys);
    CHECK(session.outcome == row.outcome);
    CHECK(session.shown == "passphrase of k.pem: \r\n");
    CHECK(session.echo_after);
  }
}

TEST_CASE("ask_secret: Ctrl-C, Ctrl-D and a signal end the question") {
  const Session interrupted = on_terminal("ab\x03");
  CHECK(interrupted.outcome.rfind(stage_text(Stage::kInterrupted), 0) == 0);
  CHECK(interrupted.echo_after);
  const Session ended = on_terminal("\x04");
  CHECK(ended.outcome.rfind(stage_text(Stage::kUsage), 0) == 0);
  CHECK(ended.outcome.find("hint <the hint>") != std::string::npos);
  CHECK(ended.echo_after);
  for (const bool pending : {false, true}) {
    CAPTURE(pending);
    const Session signalled = on_terminal("", SIGINT, pending);
    CHECK(signalled.outcome.rfind(stage_text(Stage::kInterrupted), 0) == 0);
    CHECK(signalled.echo_after);
    for (const int number : {SIGTERM, SIGHUP}) {
      const Session terminated = on_terminal("", number, pending);
      CHECK(terminated.outcome.rfind(stage_text(Stage::kTerminated), 0) == 0);
      CHECK(terminated.echo_after);
    }
  }
}

TEST_CASE("ask_secret: without a terminal it is a usage error with the hint") {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  empty_buffers_before_fork();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    const std::string text = outcome_of(ask_secret("passphrase of k.pem: ", "the hint"));
    (void)!::write(pipe_ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  char buffer[512];
  const ssize_t n = ::read(pipe_ends[0], buffer, sizeof buffer);
  ::close(pipe_ends[0]);
  ::waitpid(child, nullptr, 0);
  REQUIRE(n > 0);
  CHECK(std::string(buffer, static_cast<std::size_t>(n)) ==
        stage_text(Stage::kUsage) +
            " <can't ask for the passphrase of k.pem: there is no terminal> hint <the hint>");
}
