// LineEditor: keys → edited lines, with GNU readline; the only unit that knows readline.
//
// Keys are fed, never waited for, so a half-typed line rests in memory while other things happen.
// print_above() puts whole lines where the prompt is and draws prompt and line again below them, in
// one write. Readline is global state: one editor at a time and one thread at a time, which the
// owner sees to. The listener's functions run inside keys(). The input descriptor is read
// only where readline insists on the rest of a sequence; `stop_fd` becoming readable ends that.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "input/completion.h"
#include "input/paste_store.h"
#include "input/terminal_output.h"

namespace wscope::input {

class LineEditor {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// `shown` is the line as it stands on the screen, with marks instead of big pastes.
    virtual void on_line(std::string line, std::string shown) = 0;
    /// Enter or an editor with a line in which `mark`, which stood for a paste, is not whole: the
    /// line stays as it is.
    virtual void on_broken_mark(std::string mark) = 0;
    /// The same with a mark whose paste is kept no longer.
    virtual void on_forgotten_mark(std::string mark) = 0;
    /// Ctrl-C.
    virtual void on_interrupt(bool line_is_empty) = 0;
    /// Ctrl-D on an empty line.
    virtual void on_end_of_input() = 0;
    /// Ctrl-Z: SIGTSTP. Ctrl-\: SIGQUIT.
    virtual void on_signal_key(int signal) = 0;
    /// Ctrl-X Ctrl-E, or v in vi's command mode: edit the line elsewhere. False: not now.
    virtual bool on_edit(std::string line) = 0;
    /// Tab; as input/completion.h has it.
    virtual Completion on_complete(std::string_view line, std::size_t start) = 0;
  };

  LineEditor(int input, TerminalOutput& output, int stop_fd, Listener& listener);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// What the user's inputrc says of enable-bracketed-paste.
  bool wants_bracketed_paste() const;

  /// Shows the prompt and begins to take keys.
  void begin(std::string_view prompt);
  /// Leaves a half-typed line on the screen, removes an empty one.
  void end();
  void set_prompt(std::string_view prompt);

  void keys(std::string_view bytes);
  void paste(std::string text);
  /// From within keys(): the rest of them is not wanted now.
  std::string take_rest();
  bool line_is_empty() const;
  /// As it stands on the screen, with marks.
  std::string line() const;
  void set_line(const std::string& line);
  /// Shows "^C" and begins an empty line.
  void drop_line();

  /// `lines` ends in a newline.
  void print_above(std::string_view lines);
  /// Removes prompt and line from the screen, until redraw().
  void hide();
  void redraw();
  /// The terminal has another size now.
  void resize();
  /// Prompt and line anew after another program had the screen, whatever it left there.
  void come_back();

  /// Adds to the history, a big text as a mark; an equal older entry goes.
  void remember(const std::string& text);

 private:
  static void take_line(char* line);
  static int take_key(FILE*);
  static int keys_waiting();
  static int line_begins();
  static int interrupt(int, int);
  static int signal_key(int, int key);
  static int ignore(int count, int key);
  static int edit(int, int);
  static void redisplay();
  static char** attempt_completion(const char* word, int start, int end);

  int wait_for_key();
  bool is_whole(std::string_view line);
  void leave_whole(std::string_view line);
  void follow_resize();
  void bind_keys();
  void fit_to_screen();
  void take_run();
  std::size_t rows_above_cursor(std::size_t columns) const;

  TerminalOutput& output_;
  FILE* in_;
  FILE* out_;
  const int stop_fd_;
  Listener& listener_;
  PasteStore pastes_;
  std::string_view keys_;
  std::string typed_;       // keys_, where they came while the terminal took nothing
  std::string back_again_;  // a line that was not taken: it is the next one
  bool between_lines_ = false;
  bool begun_ = false;
  bool scrolls_ = false;  // one row that scrolls sideways, because the line is too tall
  bool always_scrolls_ = false;
  std::size_t columns_ = 0;  // of the terminal, when readline last heard
};

}  // namespace wscope::input
