#include "input/line_editor.h"

#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

// After <cstdio>: readline's headers use FILE.
#include <readline/history.h>
#include <readline/readline.h>

#include "base/ascii.h"
#include "base/escape.h"
#include "input/cell_layout.h"
#include "input/history_file.h"

namespace wscope::input {
namespace {

constexpr int kCtrlC = 3;
constexpr int kCtrlG = 7;
constexpr int kCtrlZ = 26;
constexpr int kCtrlBackslash = 28;
constexpr std::size_t kOutputBuffer = std::size_t{64} << 10;
// In any of these, a key is not simply a character that goes into the line.
constexpr unsigned long kSpecialStates =
    RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG | RL_STATE_MULTIKEY |
    RL_STATE_METANEXT | RL_STATE_MOREINPUT | RL_STATE_VIMOTION | RL_STATE_CHARSEARCH |
    RL_STATE_INPUTPENDING | RL_STATE_MACROINPUT | RL_STATE_MACRODEF | RL_STATE_OVERWRITE;

constexpr unsigned long kBegunCommands = RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG |
                                         RL_STATE_MULTIKEY | RL_STATE_VIMOTION;

LineEditor* g_editor = nullptr;

/// A terminal that is not told its encoding speaks UTF-8 today. The environment is left alone:
/// what is started from here gets the user's.
void insist_on_utf8() {
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
}

bool is_on(const char* variable) {
  const char* value = rl_variable_value(variable);
  return value != nullptr && std::strcmp(value, "on") == 0;
}

struct Size {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

Size size_of(const TerminalOutput& terminal) {
  winsize size{};
  if (ioctl(terminal.descriptor(), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_row > 0 ? size.ws_row : std::size_t{24}, size.ws_col};
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && value[0] != '\0';
}

/// Whether the terminal wraps rows anew when its width changes: xterm, the console and screen
/// don't.
bool wraps_anew() {
  if (is_set("TMUX")) return true;
  const char* type = std::getenv("TERM");
  return !is_set("XTERM_VERSION") && !is_set("STY") &&
         (type == nullptr || std::strcmp(type, "linux") != 0);
}

std::string_view line_so_far() { return {rl_line_buffer, static_cast<std::size_t>(rl_end)}; }

// Readline asks for one candidate after the other.
std::vector<std::string> g_candidates;
std::vector<std::string> g_shown;
std::size_t g_next_candidate = 0;

char* next_candidate(const char*, int) {
  if (g_next_candidate == g_candidates.size()) return nullptr;
  return strdup(g_candidates[g_next_candidate++].c_str());
}

/// As readline shows its list, but with g_shown in the place of the candidates.
void show_candidates(char** matches, int count, int longest) {
  std::vector<char*> shown(matches, matches + count + 1);
  if (g_shown.size() == static_cast<std::size_t>(count)) {
    longest = 0;
    for (std::size_t i = 0; i < g_shown.size(); ++i) {
      shown[i + 1] = g_shown[i].data();
      longest = std::max(longest, static_cast<int>(g_shown[i].size()));
    }
  }
  rl_display_match_list(shown.data(), count, longest);
  rl_forced_update_display();
}

char* word_breaks() {
  static char words[sizeof " \t\r\n\"'`{}[](),:;=<>|&"];
  static char paths[] = " \t";
  std::copy(kWordBreaks.begin(), kWordBreaks.end(), words);
  return line_so_far().substr(0, 6) == "/file " ? paths : words;
}

/// Readline writes to a FILE.
FILE* file_into(TerminalOutput& output) {
  cookie_io_functions_t functions{};
  functions.write = [](void* into, const char* bytes, std::size_t size) {
    static_cast<TerminalOutput*>(into)->write({bytes, size});
    return static_cast<ssize_t>(size);
  };
  return fopencookie(&output, "w", functions);
}

}  // namespace

LineEditor::LineEditor(int input, TerminalOutput& output, int stop_fd, Listener& listener)
    : output_(output),
      in_(fdopen(fcntl(input, F_DUPFD_CLOEXEC, 3), "r")),
      out_(file_into(output)),
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
  // But this is where readline has just set the environment's locale again, for the next line.
  rl_prep_term_function = [](int) { insist_on_utf8(); };
  rl_deprep_term_function = [] {};
  rl_tty_set_echoing(1);  // what rl_prep_term_function would have found out
  rl_getc_function = &LineEditor::take_key;
  rl_startup_hook = &LineEditor::line_begins;
  rl_input_available_hook = &LineEditor::keys_waiting;
  rl_attempted_completion_function = &LineEditor::attempt_completion;
  rl_completion_word_break_hook = word_breaks;
  rl_completion_display_matches_hook = show_candidates;
  rl_basic_quote_characters = "";  // or a completed word would get a closing quote
  rl_initialize();
  // Readline took bytes beyond ASCII for Meta keys if the environment's locale is not UTF-8.
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
    rl_variable_bind("input-meta", "on");
    rl_variable_bind("convert-meta", "off");
    rl_variable_bind("output-meta", "on");
  }
  insist_on_utf8();
  // Not before: with a foreign function in place readline would not look up the terminal at all.
  rl_redisplay_function = &LineEditor::redisplay;
  // Readline would ask and wait for the answer with everything else standing still.
  rl_completion_query_items = 0;
  rl_variable_bind("page-completions", "off");
  always_scrolls_ = is_on("horizontal-scroll-mode");
  bind_keys();
  using_history();
  stifle_history(static_cast<int>(HistoryFile::kMostEntries));
}

LineEditor::~LineEditor() {
  end();
  clear_history();
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
      rl_bind_key_in_map(kCtrlZ, &LineEditor::signal_key, map);
      rl_bind_key_in_map(kCtrlBackslash, &LineEditor::signal_key, map);
      // Pastes are cut out before. Readline's own command would wait for the end of one. (Nothing
      // in its place would leave a map of keys that nobody frees.)
      rl_bind_keyseq_in_map("\\e[200~", &LineEditor::ignore, map);
    }
  }
  // As in a shell; the user's own bindings go first.
  rl_bind_keyseq_if_unbound_in_map("\\C-x\\C-e", &LineEditor::edit,
                                   rl_get_keymap_by_name("emacs-standard"));
  rl_bind_keyseq_if_unbound_in_map("v", &LineEditor::edit, rl_get_keymap_by_name("vi-command"));
}

bool LineEditor::wants_bracketed_paste() const { return is_on("enable-bracketed-paste"); }

std::string LineEditor::line() const { return std::string(line_so_far()); }

bool LineEditor::line_is_empty() const {
  return rl_end == 0 && (rl_readline_state & kSpecialStates) == 0;
}

void LineEditor::begin(std::string_view prompt) {
  begun_ = true;
  columns_ = size_of(output_).columns;
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
  follow_resize();
  keys_ = bytes;
  while (begun_ && !keys_.empty()) {
    take_run();
    if (!keys_.empty()) rl_callback_read_char();
  }
  keys_ = {};
  std::fflush(out_);
}

/// A terminal without bracketed paste sends what is pasted as keys. Character by character that
/// would cost the square of its length; a long run of plain characters goes in as one.
void LineEditor::take_run() {
  constexpr std::size_t kRun = 64;
  const bool inserts = rl_get_keymap() != rl_get_keymap_by_name("vi-command");
  if (keys_.size() < kRun || !inserts || (rl_readline_state & kSpecialStates) != 0) return;
  // Readline has the first bytes of that character already.
  if ((static_cast<unsigned char>(keys_.front()) & 0xC0U) == 0x80U) return;
  const auto end = std::find_if(keys_.begin(), keys_.end(), is_control);
  const std::string run(keys_.begin(), end);
  if (run.size() < kRun) return;
  keys_.remove_prefix(run.size());
  rl_insert_text(run.c_str());
  redisplay();
}

void LineEditor::paste(std::string text) {
  const Size size = size_of(output_);
  // More than half a screen would push away what the user looks at.
  if (rows_of(text, size.columns) > size.rows / 2) {
    text = pastes_.mark(std::move(text), line_so_far());
  }
  if ((rl_readline_state & kSpecialStates) != 0) {
    std::replace_if(text.begin(), text.end(), is_control, ' ');
    keys(text);
    return;
  }
  rl_begin_undo_group();
  rl_insert_text(text.c_str());
  rl_end_undo_group();
  redisplay();
  std::fflush(out_);
}

std::string LineEditor::take_rest() { return std::string(std::exchange(keys_, {})); }

void LineEditor::set_line(const std::string& line) {
  rl_replace_line(line.c_str(), 1);
  rl_point = rl_end;
}

void LineEditor::drop_line() {
  rl_point = rl_end;
  redisplay();
  std::fputs("^C", out_);
  rl_crlf();
  rl_free_line_state();
  rl_replace_line("", 1);
  rl_on_new_line();
  using_history();
}

void LineEditor::print_above(std::string_view lines) {
  follow_resize();
  const bool prompting = begun_ && !between_lines_;
  if (prompting) rl_clear_visible_line();
  std::fwrite(lines.data(), 1, lines.size(), out_);
  if (prompting) {
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

/// The signal may come later than what is to be drawn; and what is drawn by the old width would
/// erase rows that are not the line's.
void LineEditor::follow_resize() {
  if (begun_ && !between_lines_ && size_of(output_).columns != columns_) resize();
}

void LineEditor::come_back() {
  columns_ = size_of(output_).columns;
  rl_reset_screen_size();
  // It may have left the cursor behind half a line.
  std::fputc('\r', out_);
  if (const char* clear_line = rl_get_termcap("ce")) std::fputs(clear_line, out_);
  redraw();
}

std::size_t LineEditor::rows_above_cursor(std::size_t columns) const {
  if (scrolls_ || always_scrolls_) return 0;
  CellLayout layout(columns);
  layout.add_prompt(rl_display_prompt != nullptr ? rl_display_prompt : "");
  layout.add_line(line_so_far().substr(0, static_cast<std::size_t>(rl_point)));
  return layout.row();
}

/// Most terminals wrap the rows of a line anew when their width changes, and the cursor stays with
/// its character: what was drawn begins as many rows above it as the new width makes. Others leave
/// the rows as they are.
void LineEditor::resize() {
  const std::size_t before = columns_;
  columns_ = size_of(output_).columns;
  if (!begun_ || rl_get_termcap("up") == nullptr) {
    rl_resize_terminal();
  } else {
    const std::size_t above = rows_above_cursor(wraps_anew() ? columns_ : before);
    std::fputc('\r', out_);
    if (above > 0) std::fprintf(out_, "\x1b[%zuA", above);
    std::fputs("\x1b[J", out_);
    rl_reset_screen_size();
    rl_on_new_line();
    rl_forced_update_display();
  }
  std::fflush(out_);
}

void LineEditor::remember(const std::string& text) {
  const bool is_big = text.size() > HistoryFile::kMostEntryBytes;
  const std::string line = is_big ? pastes_.mark(text) : text;
  for (int i = history_length - 1; i >= 0; --i) {
    const HIST_ENTRY* entry = history_get(history_base + i);
    if (entry == nullptr || line != entry->line) continue;
    if (HIST_ENTRY* removed = remove_history(i)) free_history_entry(removed);
  }
  add_history(line.c_str());
  using_history();
}

/// A line taller than the screen is shown in one row that scrolls sideways: readline draws only as
/// many rows as there are, and the cursor would be lost.
void LineEditor::fit_to_screen() {
  if (always_scrolls_) return;
  const Size size = size_of(output_);
  const std::string_view line = line_so_far();
  const bool too_tall = line.size() > size.columns && rows_of(line, size.columns) + 1 >= size.rows;
  if (too_tall == scrolls_) return;
  rl_clear_visible_line();
  scrolls_ = too_tall;
  rl_variable_bind("horizontal-scroll-mode", too_tall ? "on" : "off");
  rl_on_new_line();
}

void LineEditor::redisplay() {
  LineEditor& self = *g_editor;
  self.fit_to_screen();
  // Readline 8.2 loses its place when prompt and line change at once, as they do in a search.
  if ((rl_readline_state & (RL_STATE_ISEARCH | RL_STATE_NSEARCH)) != 0) {
    rl_clear_visible_line();
    rl_on_new_line();
  }
  rl_redisplay();
}

void LineEditor::take_line(char* line) {
  const std::unique_ptr<char, decltype(&std::free)> owned(line, &std::free);
  LineEditor& self = *g_editor;
  self.between_lines_ = true;
  if (line == nullptr) {
    self.listener_.on_end_of_input();
  } else if (self.is_whole(line)) {
    self.leave_whole(line);
    self.listener_.on_line(self.pastes_.expand(line), line);
  } else {
    self.back_again_ = line;
  }
  self.between_lines_ = false;
}

/// What scrolled sideways would stay behind as the piece that was seen last, which may look like a
/// message that came. The cursor is below it.
void LineEditor::leave_whole(std::string_view line) {
  if (!scrolls_ || rl_get_termcap("up") == nullptr) return;
  std::fputs("\x1b[A\r\x1b[J", out_);
  std::fputs(rl_display_prompt, out_);
  std::fputs(escaped(line).c_str(), out_);
  std::fputs("\n", out_);
}

/// The mark would be sent, and the paste be lost without a word.
bool LineEditor::is_whole(std::string_view line) {
  std::string forgotten = pastes_.forgotten_mark(line);
  if (!forgotten.empty()) {
    listener_.on_forgotten_mark(std::move(forgotten));
    return false;
  }
  std::string mark = pastes_.broken_mark(line);
  if (mark.empty()) return true;
  listener_.on_broken_mark(std::move(mark));
  return false;
}

/// Readline has just emptied the line.
int LineEditor::line_begins() {
  std::string& line = g_editor->back_again_;
  if (!line.empty()) g_editor->set_line(line);
  line.clear();
  return 0;
}

int LineEditor::take_key(FILE*) {
  LineEditor& self = *g_editor;
  if (self.keys_.empty()) return self.wait_for_key();
  const auto key = static_cast<unsigned char>(self.keys_.front());
  self.keys_.remove_prefix(1);
  // Within a search or behind a prefix, Ctrl-C gives just that up, as Ctrl-G does. So does a NUL
  // in a search, which readline takes for a character that is not whole, and waits for more.
  if (key == kCtrlC && (rl_readline_state & kBegunCommands) != 0) return kCtrlG;
  if (key == '\0' && (rl_readline_state & (RL_STATE_ISEARCH | RL_STATE_NSEARCH)) != 0) {
    return kCtrlG;
  }
  return key;
}

int LineEditor::keys_waiting() { return g_editor->keys_.empty() ? 0 : 1; }

int LineEditor::wait_for_key() {
  std::fflush(out_);
  if (output_.has_typed()) {
    typed_ = output_.take_typed();
    keys_ = typed_;
    return take_key(nullptr);
  }
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
  g_editor->listener_.on_interrupt(rl_end == 0);
  return 0;
}

int LineEditor::ignore(int, int) { return 0; }

int LineEditor::signal_key(int, int key) {
  g_editor->listener_.on_signal_key(key == kCtrlZ ? SIGTSTP : SIGQUIT);
  return 0;
}

int LineEditor::edit(int, int) {
  LineEditor& self = *g_editor;
  if (!self.is_whole(line_so_far())) return 0;
  if (!self.listener_.on_edit(self.pastes_.expand(line_so_far()))) rl_ding();
  return 0;
}

char** LineEditor::attempt_completion(const char* word, int start, int end) {
  rl_attempted_completion_over = 1;
  const std::string_view line = line_so_far().substr(0, static_cast<std::size_t>(end));
  Completion completion = g_editor->listener_.on_complete(line, static_cast<std::size_t>(start));
  g_shown.clear();
  if (completion.files) {
    rl_filename_completion_desired = 1;
    rl_sort_completion_matches = 1;
    return rl_completion_matches(word, rl_filename_completion_function);
  }
  rl_completion_append_character = completion.space ? int{' '} : 0;
  // What is shown instead stands in the order of the candidates.
  rl_sort_completion_matches = completion.shown.empty() ? 1 : 0;
  g_candidates = std::move(completion.words);
  g_shown = std::move(completion.shown);
  g_next_candidate = 0;
  return rl_completion_matches(word, next_candidate);
}

}  // namespace wscope::input
