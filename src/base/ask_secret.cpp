#include "base/ask_secret.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/unique_fd.h"

namespace wscope {
namespace {

constexpr char kCtrlC = 3;
constexpr char kCtrlD = 4;
constexpr char kCtrlU = 21;
constexpr char kDelete = 127;

/// The terminal without echo, as long as this lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    ok_ = tcgetattr(fd, &before_) == 0;
    if (!ok_) return;
    termios silent = before_;
    // Ctrl-C comes as a byte: a signal that kills the process would leave the echo off.
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    ok_ = tcsetattr(fd, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (ok_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  bool ok() const { return ok_; }

 private:
  int fd_;
  bool ok_ = false;
  termios before_{};
};

volatile sig_atomic_t caught = 0;  // the signal that ended the question

/// Signals that would end the process with the echo off, or would be lost between two looks at
/// them, come during wait() only, as long as this lives.
class HeldSignals {
 public:
  HeldSignals() {
    caught = 0;
    sigset_t held;
    sigemptyset(&held);
    for (const int number : kNumbers) sigaddset(&held, number);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
    struct sigaction action {};
    action.sa_handler = [](int number) { caught = number; };
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < kNumbers.size(); ++i) {
      sigaction(kNumbers[i], nullptr, &actions_[i]);
      if (actions_[i].sa_handler != SIG_IGN) sigaction(kNumbers[i], &action, nullptr);
    }
  }
  ~HeldSignals() {
    for (std::size_t i = 0; i < kNumbers.size(); ++i) {
      sigaction(kNumbers[i], &actions_[i], nullptr);
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// True when `fd` can be read; false when a signal came, now or since this was made.
  bool wait(int fd) const {
    sigset_t open = before_;
    for (const int number : kNumbers) sigdelset(&open, number);
    pollfd ready{fd, POLLIN, 0};
    for (;;) {
      const int count = ::ppoll(&ready, 1, nullptr, &open);
      if (caught != 0) return false;
      if (count > 0) return true;
      if (count < 0 && errno != EINTR) return false;
    }
  }
  static Stage stage() {
    return caught == SIGTERM || caught == SIGHUP ? Stage::kTerminated : Stage::kInterrupted;
  }

 private:
  static constexpr std::array<int, 3> kNumbers = {SIGINT, SIGTERM, SIGHUP};
  sigset_t before_{};
  std::array<struct sigaction, 3> actions_{};
};

bool put(int fd, const std::string& text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void drop_last_character(std::string& line) {
  // A character of several bytes (UTF-8) goes as one.
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80) line.pop_back();
  if (!line.empty()) line.pop_back();
}

}  // namespace

Result<std::string> ask_secret(const std::string& question, const std::string& hint) {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  const std::string asked = question.substr(0, question.rfind(':'));
  if (!terminal) {
    return fail(Stage::kUsage, "can't ask for the " + asked + ": there is no terminal", hint);
  }
  const HeldSignals signals;
  const SilentTerminal silent(terminal.get());
  if (!silent.ok() || !put(terminal.get(), question)) {
    return fail(Stage::kUsage, "can't ask for the " + asked + ": the terminal can't be used", hint);
  }
  std::string line;
  for (;;) {
    char c = kCtrlC;
    const bool told = signals.wait(terminal.get()) && ::read(terminal.get(), &c, 1) == 1;
    if (!told || c == kCtrlC) {
      put(terminal.get(), "\n");
      return fail(HeldSignals::stage(), "interrupted at the question for the " + asked);
    }
    if (c == '\n' || c == '\r') break;
    if (c == kCtrlD) {
      if (!line.empty()) break;
      put(terminal.get(), "\n");
      return fail(Stage::kUsage, "no answer to the question for the " + asked, hint);
    }
    if (c == kDelete || c == '\b') {
      drop_last_character(line);
    } else if (c == kCtrlU) {
      line.clear();
    } else {
      line += c;
    }
  }
  put(terminal.get(), "\n");
  return line;
}

}  // namespace wscope
