// external_editor: a text → what the user makes of it in $VISUAL or $EDITOR.
//
// The text goes into a private file, the editor runs on it in the foreground of `terminal` (whose
// modes the caller has put back), and what it left is read again, without the line end that editors
// add. The caller sees to it that Ctrl-C and Ctrl-\ are the editor's alone from then on until its
// own modes are back (KeySignalsIgnored); Ctrl-Z stops both, as any pair of a job.
// `stop_fd` becoming readable ends the editor. Blocks; on any one thread. What can fail (no editor,
// its status, the file): Error of Stage::kInput; a text that was changed stays in its file then,
// and the hint names it.
#pragma once

#include <string>

#include "base/error.h"

namespace wscope::input {

/// Equal to `text` when nothing was changed.
Result<std::string> edit_externally(const std::string& text, int terminal, int stop_fd);

/// $VISUAL (not where TERM=dumb), $EDITOR, vi.
std::string external_editor();

}  // namespace wscope::input
