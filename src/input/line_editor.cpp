#include "input/line_editor.h"

#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

// After <cstdio>: readline's headers use FILE.
#include <readline/history.h>
#include <readline/readline.h>

namespace wscope::input {
namespace {

constexpr int kCtrlC = 3;
constexpr int kCtrlZ = 26;
constexpr std::size_t kOutputBuffer = std::size_t{64} << 10;

LineEditor* g_editor = nullptr;

/// A terminal that is not told its encoding speaks UTF-8 today. Readline reads LC_ALL by itself.
class Utf8Locale {
 public:
  Utf8Locale() {
    std::setlocale(LC_CTYPE, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
    if (const char* before = std::getenv("LC_ALL")) before_ = std::make_unique<std::string>(before);
    setenv("LC_ALL", "C.UTF-8", 1);
    std::setlocale(LC_CTYPE, "C.UTF-8");
    changed_ = true;
  }
  ~Utf8Locale() {
    if (!changed_) return;
    if (before_) {
      setenv("LC_ALL", before_->c_str(), 1);
    } else {
      unsetenv("LC_ALL");
    }
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  std::unique_ptr<std::string> before_;
  bool changed_ = false;
};

void set_variable(const char* name, const char* value) { rl_variable_bind(name, value); }

}  // namespace

LineEditor::LineEditor(int input, int output, int stop_fd, Listener& listener)
    : in_(fdopen(fcntl(input, F_DUPFD_CLOEXEC, 3), "r")),
      out_(fdopen(fcntl(output, F_DUPFD_CLOEXEC, 3), "w")),
      stop_fd_(stop_fd),
      listener_(listener) {
  g_editor = this;
  // Erasing, lines and redrawing reach the terminal in one write: nothing flickers.
  std::setvbuf(out_, nullptr, _IOFBF, kOutputBuffer);
  rl_instream = in_;
  rl_outstream = out_;
  rl_readline_name = "wscope";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  // The terminal's mode is set once for all lines (TerminalMode), not for each by readline.
  rl_prep_term_function = [](int) {};
  rl_deprep_term_function = [] {};
  rl_getc_function = &LineEditor::take_key;
  rl_input_available_hook = &LineEditor::keys_waiting;
  const Utf8Locale while_readline_looks_at_it;
  rl_tty_set_echoing(1);  // what rl_prep_term_function would have found out
  rl_initialize();
  // Readline would ask and wait for the answer with everything else standing still.
  rl_completion_query_items = 0;
  set_variable("page-completions", "off");
  bind_keys();
  using_history();
}

LineEditor::~LineEditor() {
  end();
  g_editor = nullptr;
  rl_instream = nullptr;
  rl_outstream = nullptr;
  std::fclose(in_);
  std::fclose(out_);
}

void LineEditor::bind_keys() {
  for (const char* name : {"emacs-standard", "vi-insert", "vi-command"}) {
    if (Keymap map = rl_get_keymap_by_name(name)) {
      rl_bind_key_in_map(kCtrlC, &LineEditor::interrupt, map);
      rl_bind_key_in_map(kCtrlZ, &LineEditor::suspend, map);
    }
  }
}

bool LineEditor::wants_bracketed_paste() const {
  const char* value = rl_variable_value("enable-bracketed-paste");
  return value != nullptr && std::strcmp(value, "on") == 0;
}

void LineEditor::begin(std::string_view prompt) {
  begun_ = true;
  rl_callback_handler_install(std::string(prompt).c_str(), &LineEditor::take_line);
  std::fflush(out_);
}

void LineEditor::end() {
  if (!begun_) return;
  begun_ = false;
  if (rl_end == 0) {
    rl_clear_visible_line();
  } else if (!between_lines_) {
    rl_point = rl_end;
    rl_redisplay();
    rl_crlf();
  }
  rl_callback_handler_remove();
  std::fflush(out_);
}

void LineEditor::set_prompt(std::string_view prompt) { rl_set_prompt(std::string(prompt).c_str()); }

void LineEditor::keys(std::string_view bytes) {
  keys_ = bytes;
  while (begun_ && !keys_.empty()) rl_callback_read_char();
  keys_ = {};
  std::fflush(out_);
}

void LineEditor::paste(const std::string& text) {
  // A search or a half-typed command ends here, as any other key would end it.
  rl_begin_undo_group();
  rl_insert_text(text.c_str());
  rl_end_undo_group();
  redraw();
}

void LineEditor::print_above(std::string_view lines) {
  if (begun_ && !between_lines_) rl_clear_visible_line();
  std::fwrite(lines.data(), 1, lines.size(), out_);
  if (begun_ && !between_lines_) {
    rl_on_new_line();
    rl_forced_update_display();
  }
  std::fflush(out_);
}

void LineEditor::hide() {
  rl_clear_visible_line();
  std::fflush(out_);
}

void LineEditor::redraw() {
  rl_on_new_line();
  rl_forced_update_display();
  std::fflush(out_);
}

void LineEditor::resize() {
  rl_resize_terminal();
  std::fflush(out_);
}

void LineEditor::remember(const std::string& line) { add_history(line.c_str()); }

void LineEditor::take_line(char* line) {
  const std::unique_ptr<char, decltype(&std::free)> owned(line, &std::free);
  LineEditor& self = *g_editor;
  self.between_lines_ = true;
  if (line == nullptr) {
    self.listener_.on_end_of_input();
  } else {
    self.listener_.on_line(line);
  }
  self.between_lines_ = false;
}

int LineEditor::take_key(FILE*) {
  LineEditor& self = *g_editor;
  if (self.keys_.empty()) return self.wait_for_key();
  const auto key = static_cast<unsigned char>(self.keys_.front());
  self.keys_.remove_prefix(1);
  return key;
}

int LineEditor::keys_waiting() { return g_editor->keys_.empty() ? 0 : 1; }

int LineEditor::wait_for_key() {
  std::fflush(out_);
  pollfd watched[2] = {{fileno(in_), POLLIN, 0}, {stop_fd_, POLLIN, 0}};
  for (;;) {
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents != 0) return EOF;
    unsigned char key;
    const ssize_t got = read(fileno(in_), &key, 1);
    if (got == 1) return key;
    if (got == 0 || (errno != EINTR && errno != EAGAIN)) return EOF;
  }
}

int LineEditor::interrupt(int, int) {
  LineEditor& self = *g_editor;
  const bool was_empty = rl_end == 0;
  if (!was_empty) {
    rl_point = rl_end;
    rl_redisplay();
    std::fputs("^C", self.out_);
    rl_crlf();
    rl_free_line_state();
    rl_replace_line("", 1);
    rl_on_new_line();
    using_history();
  }
  self.listener_.on_interrupt(was_empty);
  return 0;
}

int LineEditor::suspend(int, int) {
  g_editor->listener_.on_suspend();
  return 0;
}

}  // namespace wscope::input
