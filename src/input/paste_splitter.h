// PasteSplitter: the bytes of a terminal → keys, and whole pastes.
//
// A terminal in bracketed-paste mode marks pasted text with ESC [200~ and ESC [201~. Readline would
// read it key by key; here it is cut out in one piece, whatever its size and wherever the reads
// split it. The beginning of a marker is held back until more comes or release() says that time is
// over, since a lone ESC is a key too; so are the first bytes of a character. In a paste, line ends
// become LF (terminals send CR), NUL is dropped, and so is one line end at its end. One thread;
// never fails.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wscope::input {

struct TerminalInput {
  bool pasted = false;
  std::string bytes;
};

class PasteSplitter {
 public:
  /// Keys and pastes in their order; neighbouring keys are one piece.
  std::vector<TerminalInput> feed(std::string_view bytes);
  /// True when release() has something to give.
  bool holding() const { return !held_.empty() && !pasting_; }
  /// What is held back is longer than any key but those that share it with a marker.
  bool holds_marker() const { return holding() && held_.size() > kKeyBegin; }
  /// What was held back as keys.
  std::vector<TerminalInput> release();

  bool pasting() const { return pasting_; }
  /// What has come of a paste, whose end is awaited no longer.
  std::vector<TerminalInput> give_up_paste();

 private:
  static constexpr std::size_t kKeyBegin = 2;  // ESC [

  std::string held_;  // may be the beginning of a marker or of a character
  std::string paste_;
  bool pasting_ = false;
};

}  // namespace wscope::input
