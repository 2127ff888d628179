#include "input/terminal_output.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace wscope::input {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr char kCtrlC = 3;
// Who has pressed it once waits so long before the next means more.
constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr std::string_view kSignalKeys = "\x03\x1a\x1c";
// At the end: who takes nothing for so long takes nothing any more.
constexpr int kLastMs = 1000;
// Nobody types more while the screen stands still; a paste waits in the terminal.
constexpr std::size_t kMostTyped = 4096;
// Where the terminal could not be opened anew: what fits where it says that something does.
constexpr std::size_t kCareful = 256;

}  // namespace

bool has_signal_key(std::string_view keys) {
  return keys.find_first_of(kSignalKeys) != std::string_view::npos;
}

TerminalOutput::TerminalOutput(int input, int terminal, int stop_fd)
    : input_(input), stop_fd_(stop_fd), fd_(terminal) {
  const std::string path = "/proc/self/fd/" + std::to_string(terminal);
  const int own = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  own_fd_ = own >= 0;
  if (own_fd_) fd_ = own;
}

TerminalOutput::~TerminalOutput() {
  if (own_fd_) close(fd_);
}

void TerminalOutput::write(std::string_view bytes) {
  while (!bytes.empty() && !given_up_ && !gone_) {
    const std::size_t taken = write_some(bytes);
    bytes.remove_prefix(taken);
    if (taken == 0 && !gone_) wait();
  }
}

std::size_t TerminalOutput::put(std::string_view bytes, int milliseconds) {
  std::size_t taken = 0;
  pollfd room{fd_, POLLOUT, 0};
  do {
    taken += write_some(bytes.substr(taken));
    if (gone_ || given_up_) return bytes.size();
  } while (taken < bytes.size() && poll(&room, 1, milliseconds) > 0);
  return taken;
}

void TerminalOutput::resume() {
  // TCOON by itself undoes TCOOFF only.
  tcflow(fd_, TCOOFF);
  tcflow(fd_, TCOON);
}

std::string TerminalOutput::take_typed() { return std::exchange(typed_, {}); }

std::size_t TerminalOutput::write_some(std::string_view bytes) {
  if (!own_fd_) {
    pollfd room{fd_, POLLOUT, 0};
    if (poll(&room, 1, 0) != 1) return 0;
    bytes = bytes.substr(0, kCareful);
  }
  const ssize_t taken = ::write(fd_, bytes.data(), bytes.size());
  if (taken > 0) {
    interrupted_ = false;
    typing_ = true;
  }
  gone_ = taken < 0 && errno != EAGAIN && errno != EINTR;
  return static_cast<std::size_t>(std::max<ssize_t>(taken, 0));
}

void TerminalOutput::wait() {
  const bool listens = typing_ && typed_.size() < kMostTyped;
  pollfd watched[3] = {
      {fd_, POLLOUT, 0}, {stopped_ ? -1 : stop_fd_, POLLIN, 0}, {listens ? input_ : -1, POLLIN, 0}};
  const int ready = poll(watched, 3, stopped_ ? kLastMs : -1);
  if (ready < 0 || watched[0].revents != 0) return;
  if (ready == 0) {
    given_up_ = true;
  } else if (watched[1].revents != 0) {
    stopped_ = true;
    resume();
  } else {
    take_typing();
  }
}

void TerminalOutput::take_typing() {
  char keys[256];
  const ssize_t got = read(input_, keys, sizeof keys);
  if (got <= 0) {
    // Its end is for whoever reads it.
    typing_ = got < 0 && (errno == EINTR || errno == EAGAIN);
    return;
  }
  const std::string_view typed(keys, static_cast<std::size_t>(got));
  typed_ += typed;
  if (has_signal_key(typed)) resume();
  if (typed.find(kCtrlC) == std::string_view::npos) return;
  const auto now = SteadyClock::now();
  if (!std::exchange(interrupted_, true)) {
    interrupted_at_ = now;
  } else if (now - interrupted_at_ >= kPatience) {
    given_up_ = true;
  }
}

}  // namespace wscope::input
