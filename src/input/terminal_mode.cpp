#include "input/terminal_mode.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace wscope::input {
namespace {

std::atomic<TerminalMode*> g_entered{nullptr};

void leave_at_exit() {
  if (TerminalMode* mode = g_entered.load()) mode->leave();
}

// A terminal that takes nothing for so long does without being asked to mark pastes.
constexpr int kRoomMs = 100;

}  // namespace

bool in_background(int terminal) {
  const pid_t foreground = tcgetpgrp(terminal);
  return foreground > 0 && foreground != getpgrp();
}

TerminalMode::TerminalMode(int input, TerminalOutput& output, bool bracketed_paste)
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
  // Not TCSAFLUSH: what was typed ahead counts. Nor TCSADRAIN: output may be stopped.
  tcsetattr(input_, TCSANOW, &raw_);
  if (bracketed_paste_) output_.put("\x1b[?2004h", kRoomMs);
}

void TerminalMode::leave() {
  if (!entered_) return;
  entered_ = false;
  g_entered = nullptr;
  if (in_background(input_)) return;
  // What is shown from here on is the shell's, or another program's: nothing of ours stops it.
  output_.resume();
  if (bracketed_paste_) output_.put("\x1b[?2004l", kRoomMs);
  // TCSANOW: output that the terminal does not take must not keep the program from ending.
  tcsetattr(input_, TCSANOW, &before_);
}

}  // namespace wscope::input
