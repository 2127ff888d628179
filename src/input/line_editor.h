// LineEditor: keys → edited lines, with GNU readline; the only unit that knows readline.
//
// Keys are fed, never read here, so a half-typed line waits in memory while other things happen.
// print_above() puts whole lines where the prompt is and redraws prompt and line below, in one
// write. Readline is global state: one editor at a time, and one thread at a time, which the
// owner's mutex sees to. Listener's functions run inside keys() and paste(). The input descriptor
// is read only where readline insists on the rest of a sequence; `stop_fd` becoming readable ends
// that.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace wscope::input {

class LineEditor {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_line(std::string line) = 0;
    /// Ctrl-C; `line` was dropped already.
    virtual void on_interrupt(bool line_was_empty) = 0;
    /// Ctrl-D on an empty line.
    virtual void on_end_of_input() = 0;
    /// Ctrl-Z.
    virtual void on_suspend() = 0;
  };

  LineEditor(int input, int output, int stop_fd, Listener& listener);
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
  void paste(const std::string& text);

  /// `lines` ends in a newline.
  void print_above(std::string_view lines);
  /// Removes prompt and line from the screen, until redraw().
  void hide();
  void redraw();
  /// The terminal has another size now.
  void resize();

  void remember(const std::string& line);

 private:
  static void take_line(char* line);
  static int take_key(FILE*);
  static int keys_waiting();
  static int interrupt(int, int);
  static int suspend(int, int);
  int wait_for_key();
  void bind_keys();

  FILE* in_;
  FILE* out_;
  const int stop_fd_;
  Listener& listener_;
  std::string_view keys_;
  bool between_lines_ = false;
  bool begun_ = false;
};

}  // namespace wscope::input
