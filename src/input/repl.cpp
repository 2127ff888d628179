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
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/error_lines.h"
#include "input/action_queue.h"
#include "input/completion.h"
#include "input/external_editor.h"
#include "input/key_bindings.h"
#include "input/line_editor.h"
#include "input/paste_splitter.h"
#include "input/print_queue.h"
#include "input/recent_words.h"
#include "input/signal_mask.h"
#include "input/slash_command.h"
#include "input/sources.h"
#include "input/terminal_mode.h"
#include "input/terminal_output.h"
#include "input/terminal_signals.h"
#include "input/typed_messages.h"
#include "input/waiting_input.h"

namespace wscope::input {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kPrompt = "> ";
constexpr std::string_view kGoesOn = ". ";
// After this time a lone ESC is a key and no longer the beginning of a sequence.
constexpr auto kSequence = std::chrono::milliseconds(25);
// No key is that long, so what seems to begin a paste may take its time, as over a slow line.
constexpr auto kMarker = std::chrono::milliseconds(500);
// The end of a paste that has not come by then may never come; then Ctrl-C is a key again.
constexpr auto kPasteStall = std::chrono::milliseconds(800);
// Nobody types that much at once: more of a paste follows, and the line need not be drawn for each
// read.
constexpr ssize_t kPasted = 512;
constexpr int kPasteMs = 5;
constexpr std::size_t kMostAtOnce = std::size_t{4} << 20;
constexpr int kStopMs = 100;
constexpr int kGraceMs = 500;
// Of what is to be shown behind a program that has the screen; then nothing more is received.
constexpr std::size_t kMostHeld = std::size_t{16} << 20;

int columns_of(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// A description of our own for the terminal, so that nobody's O_NONBLOCK is ours too.
int own_descriptor(int fd) {
  const char* name = ttyname(fd);
  const int own = name != nullptr ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
  return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/// Rounded up, or poll would wake before it.
int ms_until(SteadyClock::time_point then) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(then - SteadyClock::now());
  return std::max(0, static_cast<int>(left.count()));
}

bool more_comes() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, kPasteMs) > 0;
}

class TerminalRepl final : public Repl, private Screen, private LineEditor::Listener {
 public:
  TerminalRepl(const Options& options, int prompt_fd);
  ~TerminalRepl() override {
    stop();
    close(terminal_);
    close(stop_);
  }

  void start(Waker waker) override;
  void stop() override;
  void leaving() override { leaving_ = true; }
  bool wants_to_leave() const override { return quitting_; }
  Pull next(Action& action) override;
  bool interactive() const override { return true; }
  std::uint64_t unpulled() override { return actions_.messages(); }
  Screen& screen() override { return *this; }
  bool congested() const override { return congested_; }
  void learn(std::string_view message) override { words_.learn(message); }

 private:
  void print(std::string_view lines) override;
  int columns() const override { return columns_; }

  void on_line(std::string line, std::string shown) override;
  void on_broken_mark(std::string mark) override;
  void on_forgotten_mark(std::string mark) override;
  void on_interrupt(bool line_is_empty) override;
  void on_end_of_input() override { quit(); }
  void on_signal_key(int signal) override;
  bool on_edit(std::string line) override;
  Completion on_complete(std::string_view line, std::size_t start) override {
    return complete(line, start, words_);
  }

  void run();
  int time_to_wait();
  bool hold_is_over() const;
  void take_input();
  void give(const std::vector<TerminalInput>& inputs);
  void give_keys(std::string_view keys);
  bool hold_at_return(std::string_view& keys);
  void obey(const TypedMessages::Outcome& outcome);
  void edit();
  void set_editing(bool editing);
  bool stop_by(int signal);
  bool stop_in_background();
  void after_signals();
  void print_piece_if_due();
  bool take_piece(std::string& piece);
  void quit();
  void leave_prompt();

  const Options& options_;
  const int terminal_;
  const int stop_;
  TerminalSignals signals_;

  // Readline and the terminal are the thread's alone from start() until the prompt is left: the
  // loop never waits for the terminal.
  TerminalOutput output_;
  LineEditor editor_;
  TerminalMode mode_;
  bool came_back_ = false;  // it read in the background

  // Guards what follows.
  std::mutex mutex_;
  PrintQueue prints_;
  bool prompting_ = false;
  bool tick_is_set_ = false;  // the thread knows that lines wait
  bool editing_ = false;      // another program has the screen: what is to be shown is held

  // The loop's: what the terminal did not take at once when the prompt had gone.
  std::string rest_;
  bool stopped_ = false;

  // What the user's editor is to be run on, and the keys behind that.
  struct Edit {
    std::string text;
    bool is_line = false;  // it was being typed, and comes back when nothing is sent
  };
  std::optional<Edit> edit_;
  std::vector<TerminalInput> late_;
  WaitingInput waiting_;
  std::string behind_;  // the line that filled it, of the same keys

  std::atomic<bool> congested_{false};
  std::atomic<bool> leaving_{false};
  std::atomic<bool> quitting_{false};
  ActionQueue actions_;
  RecentWords words_;
  TypedMessages typed_;
  KeyBindings bindings_;
  PasteSplitter splitter_;
  SteadyClock::time_point last_input_;
  SteadyClock::time_point held_until_;  // by the splitter
  std::atomic<int> columns_;
  std::thread thread_;
};

TerminalRepl::TerminalRepl(const Options& options, int prompt_fd)
    : options_(options),
      terminal_(own_descriptor(prompt_fd)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      output_(STDIN_FILENO, terminal_, stop_),
      editor_(STDIN_FILENO, output_, stop_, *this),
      mode_(STDIN_FILENO, output_, editor_.wants_bracketed_paste()),
      typed_(options, actions_, words_),
      columns_(columns_of(terminal_)) {
  // What is to be told appears with the first prompt.
  std::string show;
  for (const std::string& text : typed_.load_history(show)) editor_.remember(text);
  for (const auto& [key, message] : options.messages.on_key) bindings_.add(key, message);
  prints_.add(show);
}

void TerminalRepl::start(Waker waker) {
  actions_.set_waker(std::move(waker));
  signals_.watch();
  // By this thread, which SIGTTOU stops where the terminal is another job's.
  mode_.enter();
  prints_.add(std::exchange(rest_, {}));
  prompting_ = true;
  const SignalsBlocked none_for_the_thread;
  thread_ = std::thread([this] { run(); });
}

void TerminalRepl::stop() {
  const std::uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
  stopped_ = true;
  if (thread_.joinable()) {
    thread_.join();
    signals_.unwatch();
  }
  output_.write(std::exchange(rest_, {}));
}

ActionSource::Pull TerminalRepl::next(Action& action) {
  const bool was_full = actions_.full();
  const Pull pull = actions_.next(action);
  if (was_full && !actions_.full()) signals_.ring();
  return pull;
}

void TerminalRepl::run() {
  editor_.begin(kPrompt);
  while (!quitting_) {
    // A session that does not pull is not fed, but keys that send nothing are keys all the same.
    if (!waiting_.empty() && !actions_.full()) give(waiting_.take());
    const bool feeds = !waiting_.full();
    const bool typed = feeds && output_.has_typed();
    const int input = feeds ? STDIN_FILENO : -1;
    pollfd watched[3] = {
        {stop_, POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}, {input, POLLIN, 0}};
    const int ready = poll(watched, 3, typed ? 0 : time_to_wait());
    if (watched[0].revents != 0) break;
    if (watched[1].revents != 0) signals_.clear();
    if (typed || watched[2].revents != 0) take_input();
    if (ready == 0 && !typed && hold_is_over()) give(splitter_.release());
    while (edit_ && !quitting_) edit();
    after_signals();
    print_piece_if_due();
    if (output_.given_up()) quit();
  }
  leave_prompt();
}

int TerminalRepl::time_to_wait() {
  const std::lock_guard lock(mutex_);
  tick_is_set_ = !prints_.empty();
  const int sequence = splitter_.holding() ? ms_until(held_until_) : -1;
  if (!tick_is_set_) return sequence;
  const int print = prints_.wait_ms(SteadyClock::now());
  return sequence < 0 ? print : std::min(sequence, print);
}

bool TerminalRepl::hold_is_over() const {
  return splitter_.holding() && SteadyClock::now() >= held_until_;
}

void TerminalRepl::take_input() {
  std::string input = output_.take_typed();
  ssize_t got = 0;
  while (input.empty() || (got >= kPasted && input.size() < kMostAtOnce && more_comes())) {
    char bytes[16384];
    got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got <= 0) break;
    input.append(bytes, static_cast<std::size_t>(got));
  }
  if (input.empty()) {
    // EIO also where a job in the background, whose signals this thread does not take, reads.
    if (got < 0 && errno == EIO && in_background(terminal_)) {
      came_back_ = true;
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      quit();
    }
    return;
  }
  // After Ctrl-S, as the terminal does it where keys are signals.
  if (has_signal_key(input)) output_.resume();
  const auto now = SteadyClock::now();
  const bool stalled = splitter_.pasting() && now - last_input_ >= kPasteStall;
  last_input_ = now;
  if (stalled && input.size() == 1 && has_signal_key(input)) give(splitter_.give_up_paste());
  const std::vector<TerminalInput> inputs = splitter_.feed(input);
  held_until_ = now + (splitter_.holds_marker() ? kMarker : kSequence);
  give(inputs);
}

void TerminalRepl::give(const std::vector<TerminalInput>& inputs) {
  for (const TerminalInput& input : inputs) {
    if (quitting_) break;
    if (edit_) {
      late_.push_back(input);
    } else if (!waiting_.empty()) {
      if (const auto keys = waiting_.add(input)) give_keys(*keys);
    } else if (input.pasted) {
      editor_.paste(input.bytes);
    } else {
      give_keys(input.bytes);
    }
  }
}

/// What is typed before a Return is edited; false: the Return waits, and what is behind it.
bool TerminalRepl::hold_at_return(std::string_view& keys) {
  const bool bound = !bindings_.empty() && editor_.line_is_empty();
  const std::size_t end = bound ? 0 : std::min(keys.find_first_of("\r\n"), keys.size());
  if (end > 0) editor_.keys(keys.substr(0, end));
  keys.remove_prefix(end);
  if (keys.empty() || edit_ || quitting_ || is_slash_quit(editor_.line())) return true;
  const bool single = keys.size() == 1;
  keys = waiting_.begin(keys);
  if (!keys.empty()) return true;
  if (single) {
    editor_.print_above("wscope: much waits to be sent, and now this line; Ctrl-C drops it\n");
  }
  return false;
}

void TerminalRepl::give_keys(std::string_view keys) {
  std::string rest;
  while (!keys.empty() && !quitting_) {
    if (edit_) {
      late_.push_back({false, std::string(keys)});
      return;
    }
    const bool full = actions_.full();
    if (full && (!hold_at_return(keys) || keys.empty())) return;
    if (bindings_.empty() && !full) {
      editor_.keys(keys);
      keys = rest = std::exchange(behind_, {});
      continue;
    }
    if (editor_.line_is_empty() && !typed_.begun()) {
      if (const std::string* message = bindings_.take(keys)) {
        obey(typed_.bound(*message));
        continue;
      }
    }
    const std::string_view key = first_key(keys);
    keys.remove_prefix(key.size());
    editor_.keys(key);
  }
}

/// Stops the process as the terminal would have done; false: it has not stopped.
bool TerminalRepl::stop_by(int signal) {
  signals_.take_continued();
  kill(0, signal);
  // Some other thread takes it, and the process stops a moment later; and another tells that it
  // goes on, a moment after that.
  pollfd watched[2] = {{stop_, POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}};
  for (int tries = 0; tries < 2; ++tries) {
    if (signals_.take_continued()) return true;
    poll(watched, 2, kStopMs);
    if (watched[0].revents != 0) return false;
    if (watched[1].revents != 0) signals_.clear();
  }
  return signals_.take_continued();
}

/// A prompt in the background would take the terminal's modes from the job that has it: it stops,
/// as whatever reads there does. False: it ends, or nothing stops it (an orphan), so nothing can be
/// typed.
bool TerminalRepl::stop_in_background() {
  while (in_background(terminal_)) {
    // What was to end the session may have come with what let it go on (kill %1).
    pollfd stop{stop_, POLLIN, 0};
    int ready = poll(&stop, 1, kGraceMs);
    if (leaving_) ready = poll(&stop, 1, -1);  // the server may take its time
    if (ready > 0 || leaving_ || !stop_by(SIGTTIN)) return false;
  }
  return true;
}

void TerminalRepl::after_signals() {
  const bool continued = signals_.take_continued() || std::exchange(came_back_, false);
  const bool resized = signals_.take_resized();
  if (!continued && !resized) return;
  if (continued) {
    if (!stop_in_background()) return quit();
    mode_.apply();
    editor_.come_back();
  } else {
    editor_.resize();
  }
  columns_ = columns_of(terminal_);
}

void TerminalRepl::print(std::string_view lines) {
  {
    const std::lock_guard lock(mutex_);
    if (prompting_) {
      prints_.add(lines);
      if (editing_ ? prints_.size() > kMostHeld : prints_.full()) congested_ = true;
      if (!std::exchange(tick_is_set_, true)) signals_.ring();
      return;
    }
  }
  rest_ += lines;
  if (stopped_) {
    output_.write(std::exchange(rest_, {}));
  } else {
    rest_.erase(0, output_.put(rest_, 0));
  }
}

bool TerminalRepl::take_piece(std::string& piece) {
  const std::lock_guard lock(mutex_);
  piece = prints_.take_piece(SteadyClock::now());
  if (!prints_.full() && congested_.exchange(false)) actions_.wake();
  return !piece.empty();
}

void TerminalRepl::print_piece_if_due() {
  {
    const std::lock_guard lock(mutex_);
    if (!prints_.due(SteadyClock::now())) return;
  }
  std::string piece;
  if (take_piece(piece)) editor_.print_above(piece);
}

void TerminalRepl::on_line(std::string line, std::string shown) {
  obey(typed_.add(line, shown));
  if (actions_.full()) behind_ += editor_.take_rest();
}

void TerminalRepl::on_broken_mark(std::string mark) {
  editor_.print_above(error_lines({Stage::kInput,
                                   mark + " is not whole any more: not sent",
                                   "write it as it was, or delete what is left of it",
                                   {}},
                                  true));
}

void TerminalRepl::on_forgotten_mark(std::string mark) {
  editor_.print_above(error_lines({Stage::kInput,
                                   mark + " is kept no longer: not sent",
                                   "later pastes took its place; paste it anew",
                                   {}},
                                  true));
}

void TerminalRepl::obey(const TypedMessages::Outcome& outcome) {
  editor_.set_prompt(typed_.begun() ? kGoesOn : kPrompt);
  if (!outcome.remember.empty()) editor_.remember(outcome.remember);
  if (!outcome.show.empty()) editor_.print_above(outcome.show);
  if (outcome.help) {
    editor_.print_above(slash_help(options_, static_cast<std::size_t>(columns_)));
  }
  if (outcome.edit) {
    edit_ = Edit{*outcome.edit, false};
    late_.push_back({false, editor_.take_rest()});
  }
  if (outcome.quit) quit();
}

bool TerminalRepl::on_edit(std::string line) {
  if (typed_.begun()) return false;
  edit_ = Edit{std::move(line), true};
  late_.push_back({false, editor_.take_rest()});
  editor_.set_line("");
  return true;
}

/// The session goes on meanwhile, and what it shows is held.
void TerminalRepl::edit() {
  const Edit wanted = std::move(*edit_);
  set_editing(true);
  editor_.hide();
  std::optional<KeySignalsIgnored> keys_are_its(std::in_place);
  mode_.leave();
  Result<std::string> text = edit_externally(wanted.text, terminal_, stop_);
  mode_.enter_again();
  keys_are_its.reset();
  set_editing(false);
  edit_.reset();
  signals_.take_continued();
  signals_.take_resized();
  columns_ = columns_of(terminal_);
  editor_.come_back();
  // A command that was in the line is one still; what /edit was asked for is a message.
  const bool is_command = wanted.is_line && text && *text != wanted.text && is_slash_command(*text);
  const TypedMessages::Outcome outcome =
      is_command ? typed_.add(*text, *text) : typed_.edited(wanted.text, std::move(text));
  if (wanted.is_line && !is_command && !outcome.sent) editor_.set_line(wanted.text);
  obey(outcome);
  give(std::exchange(late_, {}));
}

void TerminalRepl::set_editing(bool editing) {
  const std::lock_guard lock(mutex_);
  editing_ = editing;
}

void TerminalRepl::on_interrupt(bool line_is_empty) {
  if (line_is_empty && !typed_.begun()) return quit();
  typed_.drop();
  editor_.drop_line();
  editor_.set_prompt(kPrompt);
}

void TerminalRepl::quit() {
  if (quitting_.exchange(true)) return;
  editor_.take_rest();
  Action action;
  action.kind = Action::Kind::kQuit;
  actions_.push(std::move(action), {});
  actions_.end();
  actions_.wake();  // also who does not pull, because there is no connection yet
}

// The terminal goes back to its own mode at once: from here on Ctrl-C is a signal again, so a
// second one ends a close that the server does not answer.
void TerminalRepl::leave_prompt() {
  editor_.end();
  mode_.leave();
  for (;;) {
    std::string piece;
    if (take_piece(piece)) {
      output_.write(piece);
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (!prints_.empty()) continue;
    prompting_ = false;
    return;
  }
}

/// As the terminal would have done with these keys, but with its modes put back before.
void TerminalRepl::on_signal_key(int signal) {
  editor_.hide();
  mode_.leave();
  stop_by(signal);
  if (!stop_in_background()) return quit();
  mode_.enter();
  editor_.redraw();
}

}  // namespace

Result<void> Repl::check(const Options& options) {
  for (const auto& [key, message] : options.messages.on_key) {
    if (!key_sequences(key).empty()) continue;
    return fail(Stage::kUsage, "--on-key " + key + ": no such key",
                "a character, or a name such as space, enter, up, f5, ctrl-x");
  }
  const InputFormat format = options.messages.input;
  const bool has_lines = format != InputFormat::kRaw && format != InputFormat::kWhole;
  const bool elsewhere = !options.automation.exec.empty() || !options.automation.script.empty() ||
                         !options.automation.replay.empty();
  if (has_lines || elsewhere || isatty(STDIN_FILENO) != 1) return {};
  if (isatty(STDOUT_FILENO) != 1 && isatty(STDERR_FILENO) != 1) return {};
  return fail(Stage::kUsage,
              std::string("--input ") + (format == InputFormat::kRaw ? "raw" : "whole") +
                  " is for piped input, and standard input is a terminal",
              "pipe it in: cat FILE | wscope ...; at the prompt a line is a message");
}

std::unique_ptr<Repl> Repl::open(const Options& options, int prompt_fd) {
  return std::make_unique<TerminalRepl>(options, prompt_fd);
}

}  // namespace wscope::input
