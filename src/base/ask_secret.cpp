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
constexpr char kCtrlZ = 26;
constexpr char kCtrlBackslash = 28;
constexpr char kDelete = 127;

/// The terminal without echo, as long as this lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    ok_ = tcgetattr(fd, &before_) == 0;
    if (!ok_) return;
    silent_ = before_;
    // Ctrl-C comes as a byte: a signal that kills the process would leave the echo off.
    silent_.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent_.c_cc[VMIN] = 1;
    silent_.c_cc[VTIME] = 0;
    enter();
  }
  ~SilentTerminal() { leave(); }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  bool ok() const { return ok_; }
  /// Also once more, after something else may have had the terminal.
  void enter() { ok_ = tcsetattr(fd_, TCSAFLUSH, &silent_) == 0; }
  void leave() {
    if (ok_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }

 private:
  int fd_;
  bool ok_ = false;
  termios before_{};
  termios silent_{};
};

volatile sig_atomic_t caught = 0;     // the signal that ended the question
volatile sig_atomic_t continued = 0;  // SIGCONT: who had the terminal meanwhile set its modes

/// Signals that would end the process with the echo off, or would be lost between two looks at
/// them, come during wait() only, as long as this lives.
class HeldSignals {
 public:
  enum class Woken { kReadable, kContinued, kEnded };

  HeldSignals() {
    caught = 0;
    continued = 0;
    sigset_t held;
    sigemptyset(&held);
    for (const int number : kNumbers) sigaddset(&held, number);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
    struct sigaction action {};
    action.sa_handler = [](int number) { (number == SIGCONT ? continued : caught) = number; };
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

  /// Until `fd` can be read or a signal came, now or since this was made.
  Woken wait(int fd) const {
    sigset_t open = before_;
    for (const int number : kNumbers) sigdelset(&open, number);
    pollfd ready{fd, POLLIN, 0};
    for (;;) {
      const int count = ::ppoll(&ready, 1, nullptr, &open);
      if (caught != 0) return Woken::kEnded;
      if (continued != 0) {
        continued = 0;
        return Woken::kContinued;
      }
      if (count > 0) return Woken::kReadable;
      if (count < 0 && errno != EINTR) return Woken::kEnded;
    }
  }
  static Stage stage() {
    return caught == SIGTERM || caught == SIGHUP ? Stage::kTerminated : Stage::kInterrupted;
  }

 private:
  static constexpr std::array<int, 4> kNumbers = {SIGINT, SIGTERM, SIGHUP, SIGCONT};
  sigset_t before_{};
  std::array<struct sigaction, 4> actions_{};
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
  SilentTerminal silent(terminal.get());
  if (!silent.ok() || !put(terminal.get(), question)) {
    return fail(Stage::kUsage, "can't ask for the " + asked + ": the terminal can't be used", hint);
  }
  std::string line;
  for (;;) {
    const HeldSignals::Woken woken = signals.wait(terminal.get());
    if (woken == HeldSignals::Woken::kContinued) {
      silent.enter();
      put(terminal.get(), question);
      line.clear();
      continue;
    }
    char c = kCtrlC;
    const bool told = woken == HeldSignals::Woken::kReadable && ::read(terminal.get(), &c, 1) == 1;
    if (!told || c == kCtrlC || c == kCtrlBackslash) {
      put(terminal.get(), "\n");
      return fail(HeldSignals::stage(), "interrupted at the question for the " + asked);
    }
    if (c == '\n' || c == '\r') break;
    if (c == kCtrlD) {
      if (!line.empty()) break;
      put(terminal.get(), "\n");
      return fail(Stage::kUsage, "no answer to the question for the " + asked, hint);
    }
    if (c == kCtrlZ) {
      put(terminal.get(), "\n");
      silent.leave();
      ::kill(0, SIGTSTP);  // SIGCONT asks again; an orphan, which nobody could continue, goes on
      silent.enter();
      continue;
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
