// The sources of Actions: stdin where it can make a reader wait, -x messages, and the REPL.
//
// Each is an ActionSource (base/action.h). `fd` stays the caller's. Files, pipes and sockets are
// read on the loop (session/ready_source.h), terminals and devices by a thread (stdin_reader.h),
// which stop() ends. It hands whole blocks over through a bounded queue: at most about 1 MiB is
// accepted ahead of the session, or one line where a line is longer.
#pragma once

#include <memory>

#include "base/action.h"
#include "base/error.h"
#include "base/options.h"
#include "base/screen.h"

namespace wscope::input {

/// Input read by a thread, in the format of the options (lines by default).
std::unique_ptr<ActionSource> make_pipe_source(const Options& options, int fd);

/// -x messages in order, then the end.
std::unique_ptr<ActionSource> make_execute_source(const Options& options);

/// `first` until its end, then `second`.
std::unique_ptr<ActionSource> make_sequence(std::unique_ptr<ActionSource> first,
                                            std::unique_ptr<ActionSource> second);

/// No input at all: the end at once.
std::unique_ptr<ActionSource> make_empty_source();

/// The REPL on the terminal of stdin; its screens print above the prompt.
class Repl : public ActionSource {
 public:
  /// `prompt_fd`: where prompt and echo go: stdout where that is the terminal, else stderr.
  static std::unique_ptr<Repl> open(const Options& options, int prompt_fd);
  /// Stage::kUsage where --on-key names what is no key, or where the options ask for a prompt's
  /// lines in a format that has none, and stdin is a terminal that would be read at a prompt.
  static Result<void> check(const Options& options);
  virtual Screen& screen() = 0;
};

}  // namespace wscope::input
