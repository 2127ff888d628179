// A REPL without a network, for the terminal tests.
//
// driver ACTIONS_FD LINES_FD: every Action pulled is written to ACTIONS_FD as "kind data" with
// backslash escapes, one a line; whole lines that come in on LINES_FD are printed above the prompt.
// Ends after kQuit. WSCOPE_DRIVER_OPTIONS may hold "no-multiline" and "no-history".
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/action.h"
#include "base/options.h"
#include "input/sources.h"

namespace {

using wscope::Action;
using wscope::ActionSource;

const char* name_of(Action::Kind kind) {
  switch (kind) {
    case Action::Kind::kText:
      return "text";
    case Action::Kind::kBinary:
      return "binary";
    case Action::Kind::kPing:
      return "ping";
    case Action::Kind::kPong:
      return "pong";
    case Action::Kind::kClose:
      return "close";
    case Action::Kind::kRefused:
      return "refused";
    case Action::Kind::kInfo:
      return "info";
    case Action::Kind::kTrace:
      return "trace";
    case Action::Kind::kReconnect:
      return "reconnect";
    case Action::Kind::kQuit:
      return "quit";
  }
  return "?";
}

void put(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(fd, bytes.data(), bytes.size());
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

std::string report(const Action& action) {
  std::string line = name_of(action.kind);
  line += ' ';
  for (const char byte : action.data) {
    if (byte == '\\') {
      line += "\\\\";
    } else if (byte == '\n') {
      line += "\\n";
    } else {
      line += byte;
    }
  }
  if (action.code) line += " code=" + std::to_string(*action.code);
  return line + "\n";
}

/// False: the user wants to leave.
bool pull_all(ActionSource& source, int fd) {
  Action action;
  for (;;) {
    switch (source.next(action)) {
      case ActionSource::Pull::kEmpty:
        return true;
      case ActionSource::Pull::kEnd:
        return false;
      case ActionSource::Pull::kAction:
        put(fd, report(action));
        break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int actions_fd = std::atoi(argv[1]);
  const int lines_fd = std::atoi(argv[2]);
  wscope::Options options;
  if (const char* set = std::getenv("WSCOPE_DRIVER_OPTIONS")) {
    options.terminal.multiline = std::strstr(set, "no-multiline") == nullptr;
    options.terminal.history = std::strstr(set, "no-history") == nullptr;
  }
  options.url = "ws://driver.example/";
  const int bell = eventfd(0, EFD_CLOEXEC);
  const auto repl = wscope::input::Repl::open(options, STDOUT_FILENO);
  repl->start([bell] {
    const std::uint64_t one = 1;
    (void)!write(bell, &one, sizeof one);
  });
  std::string begun;
  static char bytes[65536];
  while (pull_all(*repl, actions_fd)) {
    pollfd watched[2] = {{bell, POLLIN, 0}, {lines_fd, POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[0].revents != 0) {
      std::uint64_t count;
      (void)!read(bell, &count, sizeof count);
    }
    if (watched[1].revents == 0) continue;
    const ssize_t got = read(lines_fd, bytes, sizeof bytes);
    if (got <= 0) break;
    begun.append(bytes, static_cast<std::size_t>(got));
    const std::size_t whole = begun.rfind('\n') + 1;
    if (whole == 0) continue;
    repl->screen().print(std::string_view(begun).substr(0, whole));
    begun.erase(0, whole);
  }
  repl->stop();
  std::puts("[driver ended]");
  return 0;
}
