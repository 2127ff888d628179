#include "input/terminal_mode.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace wscope::input {
namespace {

std::atomic<TerminalMode*> g_entered{nullptr};

void leave_at_exit() {
  if (TerminalMode* mode = g_entered.load()) mode->leave();
}

void put(int fd, std::string_view sequence) { (void)!write(fd, sequence.data(), sequence.size()); }

}  // namespace

TerminalMode::TerminalMode(int input, int output, bool bracketed_paste)
    : input_(input), output_(output), bracketed_paste_(bracketed_paste) {
  [[maybe_unused]] static const int registered = std::atexit(leave_at_exit);
}

void TerminalMode::enter() {
  if (entered_ || tcgetattr(input_, &before_) != 0) return;
  termios& raw = raw_;
  raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | ISTRIP);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  known_ = true;
  entered_ = true;
  g_entered = this;
  apply();
}

void TerminalMode::enter_again() {
  if (!known_) return;
  entered_ = true;
  g_entered = this;
  apply();
}

void TerminalMode::apply() {
  if (!entered_) return;
  // TCSADRAIN and not TCSAFLUSH: what was typed ahead counts.
  tcsetattr(input_, TCSADRAIN, &raw_);
  if (bracketed_paste_) put(output_, "\x1b[?2004h");
}

void TerminalMode::leave() {
  if (!entered_) return;
  entered_ = false;
  g_entered = nullptr;
  if (bracketed_paste_) put(output_, "\x1b[?2004l");
  // TCSANOW: output that the terminal does not take must not keep the program from ending.
  tcsetattr(input_, TCSANOW, &before_);
}

void TerminalMode::resume_output() { tcflow(output_, TCOON); }

}  // namespace wscope::input
