// TerminalOutput: bytes → a terminal that may take none of them for long (Ctrl-S, a window that
// hangs).
//
// write() waits for the terminal, but never for good. What is typed meanwhile is read and kept, and
// Ctrl-C in it makes stopped output go on, as the terminal itself would see to if keys were signals
// there; another one, after half a second that moved nothing, gives the terminal up. So does
// `stop_fd` becoming readable, a second after the last byte went. From then on bytes are dropped.
// One thread at a time. What fails (the terminal has gone) is dropped, too.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace wscope::input {

class TerminalOutput {
 public:
  /// Takes a description of its own for `terminal`, so that O_NONBLOCK is nobody else's; owns none
  /// of those given.
  TerminalOutput(int input, int terminal, int stop_fd);
  ~TerminalOutput();
  TerminalOutput(const TerminalOutput&) = delete;
  TerminalOutput& operator=(const TerminalOutput&) = delete;

  void write(std::string_view bytes);
  /// What it takes within so many milliseconds; how many bytes that were.
  std::size_t put(std::string_view bytes, int milliseconds);
  /// Undoes Ctrl-S.
  void resume();

  /// What was typed while write() waited; it goes before what the terminal holds.
  bool has_typed() const { return !typed_.empty(); }
  std::string take_typed();
  bool given_up() const { return given_up_; }
  int descriptor() const { return fd_; }

 private:
  std::size_t write_some(std::string_view bytes);
  void wait();
  void take_typing();

  const int input_;
  const int stop_fd_;
  int fd_;
  bool own_fd_ = false;
  bool gone_ = false;
  bool stopped_ = false;
  bool given_up_ = false;
  bool typing_ = true;        // input_ has not ended
  bool interrupted_ = false;  // Ctrl-C, and no byte since
  std::chrono::steady_clock::time_point interrupted_at_;
  std::string typed_;
};

/// Whether one of these keys is a signal where keys are: then the terminal lifts Ctrl-S.
bool has_signal_key(std::string_view keys);

}  // namespace wscope::input
