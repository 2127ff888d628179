#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/utf8.h"
#include "input/action_queue.h"
#include "input/line_editor.h"
#include "input/paste_splitter.h"
#include "input/signal_mask.h"
#include "input/slash_command.h"
#include "input/sources.h"
#include "input/terminal_mode.h"

namespace wscope::input {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kPrompt = "> ";
// A frame of a 60 Hz screen: redrawing the prompt more often shows nobody anything.
constexpr std::chrono::milliseconds kTick{16};
// After this time a lone ESC is a key and no longer the beginning of a sequence.
constexpr int kSequenceMs = 25;
// Lines go out in pieces of this size, and between two of them keys are served.
constexpr std::size_t kPiece = std::size_t{16} << 10;
constexpr std::size_t kMostPending = std::size_t{256} << 10;

std::atomic<int> g_signal_fd{-1};
volatile sig_atomic_t g_resized = 0;
volatile sig_atomic_t g_continued = 0;

void ring(int fd) {
  const std::uint64_t one = 1;
  (void)!write(fd, &one, sizeof one);
}

void on_signal(int signal) {
  const int saved = errno;
  (signal == SIGWINCH ? g_resized : g_continued) = 1;
  ring(g_signal_fd);
  errno = saved;
}

int columns_of(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {
      pollfd room{fd, POLLOUT, 0};
      poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

/// A description of our own for the terminal, so that nobody's O_NONBLOCK is ours too.
int own_descriptor(int fd) {
  const char* name = ttyname(fd);
  const int own = name != nullptr ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
  return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/// What of `lines` goes out before the next key gets its turn: whole lines, about a piece.
std::string_view first_piece(std::string_view lines) {
  if (lines.size() <= kPiece) return lines;
  std::size_t end = lines.rfind('\n', kPiece - 1);
  if (end == std::string_view::npos) end = lines.find('\n');
  return lines.substr(0, end == std::string_view::npos ? end : end + 1);
}

class TerminalRepl final : public Repl, private Screen, private LineEditor::Listener {
 public:
  TerminalRepl(const Options&, int prompt_fd)
      : terminal_(own_descriptor(prompt_fd)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        editor_(STDIN_FILENO, terminal_, stop_, *this),
        mode_(STDIN_FILENO, terminal_, editor_.wants_bracketed_paste()),
        columns_(columns_of(terminal_)) {}

  ~TerminalRepl() override {
    stop();
    close(terminal_);
    close(wake_);
    close(stop_);
  }

  Screen& screen() override { return *this; }
  bool interactive() const override { return true; }
  Pull next(Action& action) override;
  void start(Waker waker) override;
  void stop() override;
  std::uint64_t unpulled() override { return actions_.size(); }

 private:
  void print(std::string_view lines) override;
  int columns() const override { return columns_; }

  void on_line(std::string line) override;
  void on_interrupt(bool line_was_empty) override;
  void on_end_of_input() override { quit(); }
  void on_suspend() override;

  void run();
  void take_input();
  void give(std::vector<TerminalInput> inputs);
  void after_signals();
  void flush_piece();
  void flush_for_loop(std::unique_lock<std::mutex>& lock);
  int time_to_wait();
  void submit(std::string message);
  void obey(std::string_view line);
  void send(Action::Kind kind, std::string data);
  void say(const Error& error);
  void quit();
  void leave_prompt();

  const int terminal_;
  const int wake_;
  const int stop_;

  // Guards readline, the terminal and what follows; the loop takes it to print.
  std::mutex mutex_;
  std::condition_variable key_served_;
  std::atomic<bool> key_waits_{false};
  LineEditor editor_;
  TerminalMode mode_;
  std::string pending_;  // lines to print, whole
  SteadyClock::time_point last_print_;
  bool prompting_ = false;
  bool loop_flushes_ = false;
  bool tick_rung_ = false;

  ActionQueue actions_;
  PasteSplitter splitter_;
  std::atomic<int> columns_;
  std::thread thread_;
  bool quitting_ = false;
  struct sigaction winch_before_ {};
  struct sigaction cont_before_ {};
};

void TerminalRepl::start(Waker waker) {
  actions_.set_waker(std::move(waker));
  mode_.enter();
  {
    const std::lock_guard lock(mutex_);
    editor_.begin(kPrompt);
    prompting_ = true;
  }
  g_signal_fd = wake_;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGWINCH, &action, &winch_before_);
  sigaction(SIGCONT, &action, &cont_before_);
  const SignalsBlocked none_for_the_thread;
  thread_ = std::thread([this] { run(); });
}

void TerminalRepl::stop() {
  if (!thread_.joinable()) return;
  ring(stop_);
  thread_.join();
  sigaction(SIGWINCH, &winch_before_, nullptr);
  sigaction(SIGCONT, &cont_before_, nullptr);
  g_signal_fd = -1;
}

ActionSource::Pull TerminalRepl::next(Action& action) {
  const bool was_full = actions_.full();
  const Pull pull = actions_.next(action);
  if (was_full && !actions_.full()) ring(wake_);
  return pull;
}

void TerminalRepl::run() {
  for (;;) {
    const bool room = !actions_.full();
    pollfd watched[3] = {
        {stop_, POLLIN, 0}, {wake_, POLLIN, 0}, {room ? STDIN_FILENO : -1, POLLIN, 0}};
    const int ready = poll(watched, 3, time_to_wait());
    if (watched[0].revents != 0) break;
    if (watched[1].revents != 0) {
      std::uint64_t count;
      (void)!read(wake_, &count, sizeof count);
    }
    if (watched[2].revents != 0) take_input();
    if (ready == 0 && splitter_.holding()) give(splitter_.release());
    after_signals();
    flush_piece();
    if (quitting_) break;
  }
  const std::lock_guard lock(mutex_);
  leave_prompt();
}

int TerminalRepl::time_to_wait() {
  const std::lock_guard lock(mutex_);
  int wait = splitter_.holding() ? kSequenceMs : -1;
  tick_rung_ = !pending_.empty();
  if (!pending_.empty() && !loop_flushes_) {
    const auto due =
        std::chrono::ceil<std::chrono::milliseconds>(last_print_ + kTick - SteadyClock::now());
    const int until = std::max(0, static_cast<int>(due.count()));
    wait = wait < 0 ? until : std::min(wait, until);
  }
  return wait;
}

void TerminalRepl::take_input() {
  char bytes[16384];
  const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    quit();
    return;
  }
  const std::string_view view(bytes, static_cast<std::size_t>(got));
  // Printing may stand still after Ctrl-S with the mutex held; Ctrl-C must end that.
  if (view.find('\x03') != std::string_view::npos) mode_.resume_output();
  give(splitter_.feed(view));
}

void TerminalRepl::give(std::vector<TerminalInput> inputs) {
  key_waits_ = true;
  {
    const std::lock_guard lock(mutex_);
    key_waits_ = false;
    for (const TerminalInput& input : inputs) {
      if (quitting_) break;
      if (input.pasted) {
        editor_.paste(input.bytes);
      } else {
        editor_.keys(input.bytes);
      }
    }
  }
  key_served_.notify_all();
}

void TerminalRepl::after_signals() {
  if (!g_resized && !g_continued) return;
  const std::lock_guard lock(mutex_);
  if (g_continued) {
    mode_.apply();
    editor_.redraw();
  } else {
    editor_.resize();
  }
  columns_ = columns_of(terminal_);
  g_resized = g_continued = 0;
}

void TerminalRepl::print(std::string_view lines) {
  std::unique_lock lock(mutex_);
  if (!prompting_) {
    write_all(terminal_, lines);
    return;
  }
  pending_.append(lines);
  if (SteadyClock::now() - last_print_ >= kTick || pending_.size() > kMostPending) {
    flush_for_loop(lock);
  } else if (!tick_rung_) {
    tick_rung_ = true;
    ring(wake_);
  }
}

/// Prints at most one piece, so that the next key does not wait for a flood.
void TerminalRepl::flush_piece() {
  const std::lock_guard lock(mutex_);
  if (pending_.empty() || loop_flushes_ || SteadyClock::now() - last_print_ < kTick) return;
  const std::string_view piece = first_piece(pending_);
  editor_.print_above(piece);
  pending_.erase(0, piece.size());
  if (pending_.empty()) last_print_ = SteadyClock::now();
}

void TerminalRepl::flush_for_loop(std::unique_lock<std::mutex>& lock) {
  std::string lines = std::exchange(pending_, {});
  loop_flushes_ = true;
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::string_view piece = first_piece(rest);
    editor_.print_above(piece);
    rest.remove_prefix(piece.size());
    key_served_.wait(lock, [this] { return !key_waits_; });
  }
  loop_flushes_ = false;
  last_print_ = SteadyClock::now();
}

void TerminalRepl::on_line(std::string line) {
  if (line.empty()) return;
  if (line.front() != ' ') editor_.remember(line);
  if (line.front() == '/') {
    obey(line);
  } else {
    submit(std::move(line));
  }
}

void TerminalRepl::submit(std::string message) {
  if (!is_valid_utf8(message)) {
    say({Stage::kInput, "the line is not UTF-8: not sent", {}, {}});
    return;
  }
  send(Action::Kind::kText, std::move(message));
}

void TerminalRepl::obey(std::string_view line) {
  Result<SlashCommand> command = parse_slash_command(line);
  if (!command) {
    say(command.error());
    return;
  }
  switch (command->kind) {
    case SlashCommand::Kind::kAction:
      if (command->what == Action::Kind::kQuit) {
        quit();
      } else {
        Action action = command->action();
        actions_.push(std::move(action), std::move(command->data));
      }
      break;
    case SlashCommand::Kind::kHelp:
      editor_.print_above(slash_help());
      break;
    case SlashCommand::Kind::kFile:
    case SlashCommand::Kind::kJson:
      say({Stage::kInput, "not there yet", {}, {}});
      break;
  }
}

void TerminalRepl::send(Action::Kind kind, std::string data) {
  Action action;
  action.kind = kind;
  actions_.push(std::move(action), std::move(data));
}

void TerminalRepl::say(const Error& error) {
  std::string lines = "wscope: " + error.message + "\n";
  if (!error.hint.empty()) lines += "wscope: hint: " + error.hint + "\n";
  editor_.print_above(lines);
}

void TerminalRepl::on_interrupt(bool line_was_empty) {
  if (line_was_empty) quit();
}

void TerminalRepl::quit() {
  if (std::exchange(quitting_, true)) return;
  send(Action::Kind::kQuit, {});
  actions_.end();
}

// The terminal goes back to its own mode at once: from here on Ctrl-C is a signal again, so a
// second one ends a close that the server does not answer.
void TerminalRepl::leave_prompt() {
  editor_.end();
  mode_.leave();
  prompting_ = false;
  write_all(terminal_, std::exchange(pending_, {}));
}

void TerminalRepl::on_suspend() {
  editor_.hide();
  mode_.leave();
  kill(0, SIGTSTP);
  // Some other thread is stopped by it, and this one with it, a moment later.
  pollfd stop{stop_, POLLIN, 0};
  poll(&stop, 1, 100);
  mode_.enter();
  g_continued = 0;
  editor_.redraw();
}

}  // namespace

std::unique_ptr<Repl> Repl::open(const Options& options, int prompt_fd) {
  return std::make_unique<TerminalRepl>(options, prompt_fd);
}

}  // namespace wscope::input
