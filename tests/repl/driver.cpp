// A REPL without a network, for the terminal tests.
//
// driver ACTIONS_FD LINES_FD: every Action pulled is written to ACTIONS_FD as "kind data" with
// backslash escapes, one a line; whole lines that come in on LINES_FD are printed above the prompt
// and learnt; a line "?columns" at the end of a read is answered with "columns N" on ACTIONS_FD.
// Ends after kQuit or with LINES_FD. WSCOPE_DRIVER_OPTIONS may hold "no-multiline", "no-history"
// and, at its end, "on-key=KEY=MESSAGE,KEY=MESSAGE…".
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
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
    default:
      return "other";
  }
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

wscope::Options options_of_environment() {
  wscope::Options options;
  options.url = "ws://driver.example/";
  const char* value = std::getenv("WSCOPE_DRIVER_OPTIONS");
  const std::string set = value != nullptr ? value : "";
  options.terminal.multiline = set.find("no-multiline") == std::string::npos;
  options.terminal.history = set.find("no-history") == std::string::npos;
  std::size_t at = set.find("on-key=");
  for (at = at == std::string::npos ? set.size() : at + 7; at < set.size();) {
    const std::size_t end = std::min(set.find(',', at), set.size());
    const std::string binding = set.substr(at, end - at);
    const std::size_t equals = binding.find('=');
    options.messages.on_key.emplace_back(binding.substr(0, equals), binding.substr(equals + 1));
    at = end + 1;
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int actions_fd = std::atoi(argv[1]);
  const int lines_fd = std::atoi(argv[2]);
  const wscope::Options options = options_of_environment();
  const int bell = eventfd(0, EFD_CLOEXEC);
  const auto repl = wscope::input::Repl::open(options, STDOUT_FILENO);
  repl->start([bell] {
    const std::uint64_t one = 1;
    (void)!write(bell, &one, sizeof one);
  });
  std::string begun;
  static char bytes[65536];
  while (pull_all(*repl, actions_fd)) {
    pollfd watched[2] = {{bell, POLLIN, 0}, {repl->congested() ? -1 : lines_fd, POLLIN, 0}};
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
    auto lines = std::string_view(begun).substr(0, whole);
    constexpr std::string_view kQuestion = "?columns\n";
    const bool asked = lines.size() >= kQuestion.size() &&
                       lines.substr(lines.size() - kQuestion.size()) == kQuestion;
    if (asked) lines.remove_suffix(kQuestion.size());
    if (!lines.empty()) {
      repl->learn(lines);
      repl->screen().print(lines);
    }
    if (asked) put(actions_fd, "columns " + std::to_string(repl->screen().columns()) + "\n");
    begun.erase(0, whole);
  }
  repl->stop();
  std::puts("[driver ended]");
  return 0;
}
