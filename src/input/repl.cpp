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
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "input/action_queue.h"
#include "input/completion.h"
#include "input/file_message.h"
#include "input/history_file.h"
#include "input/key_names.h"
#include "input/line_editor.h"
#include "input/message_assembler.h"
#include "input/paste_splitter.h"
#include "input/recent_words.h"
#include "input/record_decoder.h"
#include "input/signal_mask.h"
#include "input/slash_command.h"
#include "input/sources.h"
#include "input/terminal_mode.h"

namespace wscope::input {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kPrompt = "> ";
constexpr std::string_view kGoesOn = ". ";
// A frame of a 60 Hz screen: redrawing the prompt more often shows nobody anything.
constexpr std::chrono::milliseconds kTick{16};
// After this time a lone ESC is a key and no longer the beginning of a sequence.
constexpr int kSequenceMs = 25;
// Nobody types that much at once: more of a paste follows, and the line need not be drawn for each
// read.
constexpr ssize_t kPasted = 512;
constexpr int kPasteMs = 5;
constexpr std::size_t kMostAtOnce = std::size_t{4} << 20;
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

bool more_comes() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, kPasteMs) > 0;
}

/// What of `lines` goes out before the next key gets its turn: whole lines, about a piece.
std::string_view first_piece(std::string_view lines) {
  if (lines.size() <= kPiece) return lines;
  std::size_t end = lines.rfind('\n', kPiece - 1);
  if (end == std::string_view::npos) end = lines.find('\n');
  return lines.substr(0, end == std::string_view::npos ? end : end + 1);
}

MessageOptions without_slash(MessageOptions messages) {
  messages.slash = false;  // commands are seen to before
  return messages;
}

std::string error_lines(const Error& error) {
  std::string lines = "wscope: " + error.message + "\n";
  if (!error.hint.empty()) lines += "wscope: hint: " + error.hint + "\n";
  return lines;
}

struct KeyBinding {
  std::string sequence;
  std::string message;
};

class TerminalRepl final : public Repl, private Screen, private LineEditor::Listener {
 public:
  TerminalRepl(const Options& options, int prompt_fd)
      : terminal_(own_descriptor(prompt_fd)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        editor_(STDIN_FILENO, terminal_, stop_, *this),
        mode_(STDIN_FILENO, terminal_, editor_.wants_bracketed_paste()),
        decoder_(without_slash(options.messages)),
        assembler_(options.terminal.multiline),
        columns_(columns_of(terminal_)) {
    if (options.terminal.history) open_history(options.url);
    for (const auto& [key, message] : options.messages.on_key) bind(key, message);
  }

  ~TerminalRepl() override {
    stop();
    close(terminal_);
    close(wake_);
    close(stop_);
  }

  Screen& screen() override { return *this; }
  void learn(std::string_view message) override { words_.learn(message); }
  bool interactive() const override { return true; }
  Pull next(Action& action) override;
  void start(Waker waker) override;
  void stop() override;
  std::uint64_t unpulled() override { return actions_.size(); }

 private:
  void print(std::string_view lines) override;
  int columns() const override { return columns_; }

  void on_line(std::string line, std::string shown) override;
  void on_interrupt(bool line_is_empty) override;
  void on_end_of_input() override { quit(); }
  void on_signal_key(int signal) override;
  Completion on_complete(std::string_view line, std::size_t start) override {
    return complete(line, start, words_);
  }

  void open_history(const std::string& url);
  void bind(const std::string& key, const std::string& message);
  void run();
  void take_input();
  void give(const std::vector<TerminalInput>& inputs);
  void give_keys(std::string_view keys);
  const std::string* bound_to(std::string_view& keys) const;
  void after_signals();
  void flush_piece();
  void flush_for_loop(std::unique_lock<std::mutex>& lock);
  int time_to_wait();
  void remember(const std::string& message, const std::string& shown);
  void assembled(MessageAssembler::Outcome outcome, const std::string& shown);
  void submit(std::string_view message);
  void obey(const std::string& line, const std::string& shown);
  void send_file(const SlashCommand& command);
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
  RecordDecoder decoder_;
  MessageAssembler assembler_;
  std::optional<HistoryFile> history_;
  bool history_failed_ = false;
  std::vector<KeyBinding> bindings_;
  std::string pending_;  // lines to print, whole
  SteadyClock::time_point last_print_;
  bool prompting_ = false;
  bool loop_flushes_ = false;
  bool tick_rung_ = false;

  ActionQueue actions_;
  RecentWords words_;
  PasteSplitter splitter_;
  std::atomic<int> columns_;
  std::thread thread_;
  bool quitting_ = false;
  struct sigaction winch_before_ {};
  struct sigaction cont_before_ {};
};

void TerminalRepl::open_history(const std::string& url) {
  const std::string path = default_history_path();
  if (path.empty()) return;
  history_.emplace(path, history_host(url));
  auto texts = history_->load();
  if (!texts) {
    // Told with the first prompt; the session goes on without.
    pending_ += error_lines(texts.error());
    history_.reset();
    return;
  }
  for (const std::string& text : *texts) editor_.remember(text);
}

void TerminalRepl::bind(const std::string& key, const std::string& message) {
  const std::vector<std::string> sequences = key_sequences(key);
  if (sequences.empty()) {
    pending_ += error_lines({Stage::kInput,
                             "--on-key " + key + ": no such key",
                             "a character, or a name such as space, enter, up, f5, ctrl-x",
                             {}});
  }
  for (const std::string& sequence : sequences) bindings_.push_back({sequence, message});
}

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
  std::string input;
  ssize_t got;
  do {
    char bytes[16384];
    got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got > 0) input.append(bytes, static_cast<std::size_t>(got));
  } while (got >= kPasted && input.size() < kMostAtOnce && more_comes());
  if (input.empty()) {
    if (got == 0 || (errno != EINTR && errno != EAGAIN)) quit();
    return;
  }
  // Printing may stand still after Ctrl-S with the mutex held; Ctrl-C must end that.
  if (input.find('\x03') != std::string::npos) mode_.resume_output();
  give(splitter_.feed(input));
}

void TerminalRepl::give(const std::vector<TerminalInput>& inputs) {
  key_waits_ = true;
  {
    const std::lock_guard lock(mutex_);
    key_waits_ = false;
    for (const TerminalInput& input : inputs) {
      if (quitting_) break;
      if (input.pasted) {
        editor_.paste(input.bytes);
      } else {
        give_keys(input.bytes);
      }
    }
  }
  key_served_.notify_all();
}

void TerminalRepl::give_keys(std::string_view keys) {
  if (bindings_.empty()) return editor_.keys(keys);
  while (!keys.empty() && !quitting_) {
    if (editor_.line_is_empty() && !assembler_.begun()) {
      if (const std::string* message = bound_to(keys)) {
        on_line(*message, *message);
        continue;
      }
    }
    // One key: a sequence as it came, or one character.
    std::size_t size = 1;
    if (keys.front() == '\x1b') size = keys.size();
    while (size < keys.size() && (static_cast<unsigned char>(keys[size]) & 0xc0) == 0x80) ++size;
    editor_.keys(keys.substr(0, size));
    keys.remove_prefix(size);
  }
}

/// The message of the key that `keys` begins with, which is then taken off.
const std::string* TerminalRepl::bound_to(std::string_view& keys) const {
  const KeyBinding* found = nullptr;
  for (const KeyBinding& binding : bindings_) {
    const bool fits = keys.substr(0, binding.sequence.size()) == binding.sequence;
    // A lone ESC is a key, but not the one that any other sequence begins with.
    const bool whole = binding.sequence != "\x1b" || keys.size() == 1;
    const bool longer = found == nullptr || binding.sequence.size() > found->sequence.size();
    if (fits && whole && longer) found = &binding;
  }
  if (found == nullptr) return nullptr;
  keys.remove_prefix(found->sequence.size());
  return &found->message;
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

void TerminalRepl::on_line(std::string line, std::string shown) {
  if (!assembler_.begun()) {
    if (line.empty()) return;
    if (line.front() == '/') return obey(line, shown);
  }
  assembled(assembler_.add(line), shown);
}

void TerminalRepl::assembled(MessageAssembler::Outcome outcome, const std::string& shown) {
  using Outcome = MessageAssembler::Outcome;
  editor_.set_prompt(outcome == Outcome::kMore ? kGoesOn : kPrompt);
  if (outcome == Outcome::kMore) return;
  const std::string message = assembler_.take();
  remember(message, shown);
  if (outcome == Outcome::kMessage) return submit(message);
  say({Stage::kInput, "not JSON: " + assembler_.what_was_wrong() + ": not sent", {}, {}});
}

void TerminalRepl::remember(const std::string& message, const std::string& shown) {
  if (message.size() > HistoryFile::kMostEntryBytes) return editor_.remember(shown);
  if (!belongs_in_history(message)) return;
  editor_.remember(message);
  if (!history_ || history_failed_) return;
  if (auto written = history_->append(message); !written) {
    history_failed_ = true;
    say(written.error());
  }
}

void TerminalRepl::submit(std::string_view message) {
  Action action;
  if (!decoder_.decode(message, {"the line", 0}, action)) return;
  if (action.kind == Action::Kind::kRefused) return say(action.error);
  std::string data(action.data);
  words_.learn(data);
  actions_.push(std::move(action), std::move(data));
}

void TerminalRepl::obey(const std::string& line, const std::string& shown) {
  Result<SlashCommand> command = parse_slash_command(line);
  if (!command || command->kind != SlashCommand::Kind::kJson) remember(line, shown);
  if (!command) return say(command.error());
  switch (command->kind) {
    case SlashCommand::Kind::kAction:
      if (command->what == Action::Kind::kQuit) return quit();
      if (command->what == Action::Kind::kText) return submit(command->data);
      actions_.push(command->action(), command->data);
      return;
    case SlashCommand::Kind::kHelp:
      return editor_.print_above(slash_help());
    case SlashCommand::Kind::kFile:
      return send_file(*command);
    case SlashCommand::Kind::kJson:
      return assembled(assembler_.add_json(command->data), shown);
  }
}

void TerminalRepl::send_file(const SlashCommand& command) {
  Result<FileMessage> file = read_file_message(command.data, command.flag);
  if (!file) return say(file.error());
  Action action;
  action.kind = file->text ? Action::Kind::kText : Action::Kind::kBinary;
  actions_.push(std::move(action), std::move(file->data));
}

void TerminalRepl::say(const Error& error) { editor_.print_above(error_lines(error)); }

void TerminalRepl::on_interrupt(bool line_is_empty) {
  if (line_is_empty && !assembler_.begun()) return quit();
  assembler_.drop();
  editor_.drop_line();
  editor_.set_prompt(kPrompt);
}

void TerminalRepl::quit() {
  if (std::exchange(quitting_, true)) return;
  editor_.discard_keys();
  Action action;
  action.kind = Action::Kind::kQuit;
  actions_.push(std::move(action), {});
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

/// As the terminal would have done with these keys, but with its modes put back before.
void TerminalRepl::on_signal_key(int signal) {
  editor_.hide();
  mode_.leave();
  kill(0, signal);
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
