#include "input/terminal_signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace wscope::input {
namespace {

// All that a handler may touch.
std::atomic<int> g_descriptor{-1};
std::atomic<bool> g_resized{false};
std::atomic<bool> g_continued{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

void ring_descriptor(int descriptor) {
  const std::uint64_t one = 1;
  (void)!write(descriptor, &one, sizeof one);
}

void on_signal(int signal) {
  const int saved = errno;
  (signal == SIGWINCH ? g_resized : g_continued) = true;
  ring_descriptor(g_descriptor);
  errno = saved;
}

}  // namespace

TerminalSignals::TerminalSignals() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

TerminalSignals::~TerminalSignals() {
  unwatch();
  close(descriptor_);
}

void TerminalSignals::watch() {
  if (watching_) return;
  watching_ = true;
  g_descriptor = descriptor_;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGWINCH, &action, &winch_before_);
  sigaction(SIGCONT, &action, &cont_before_);
}

void TerminalSignals::unwatch() {
  if (!watching_) return;
  watching_ = false;
  sigaction(SIGWINCH, &winch_before_, nullptr);
  sigaction(SIGCONT, &cont_before_, nullptr);
  g_descriptor = -1;
}

void TerminalSignals::ring() const { ring_descriptor(descriptor_); }

void TerminalSignals::clear() const {
  std::uint64_t count;
  (void)!read(descriptor_, &count, sizeof count);
}

bool TerminalSignals::take_resized() { return g_resized.exchange(false); }
bool TerminalSignals::take_continued() { return g_continued.exchange(false); }

}  // namespace wscope::input
