// How a command of --exec ended, and what that means for the run.
//
// Pure. A command that ended with 0, or that was ended by us, is no failure. One that the shell
// could not run (126, 127) is Stage::kUsage, any other status and any signal Stage::kInput: the
// exit statuses 2 and 1 of wscope(1).
#pragma once

#include <string>

#include "base/error.h"

namespace wscope::session {

struct CommandEnd {
  int status = 0;  // where no signal ended it
  int signal = 0;
  bool asked = false;  // we had sent it a signal
  bool failed() const { return !asked && (status != 0 || signal != 0); }
};

/// "ended with status 3", "was ended by SIGKILL".
std::string end_words(const CommandEnd& end);

Result<void> outcome_of(const std::string& command, const CommandEnd& end);

}  // namespace wscope::session
