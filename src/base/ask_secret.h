// ask_secret: asks a question on the terminal and reads the answer without echo.
//
// Uses /dev/tty, so stdin and stdout stay what they are. Blocks the calling thread until Enter. No
// terminal: Stage::kUsage with the given hint. Ctrl-C or SIGINT: Stage::kInterrupted; SIGTERM or
// SIGHUP, unless ignored: Stage::kTerminated; Ctrl-D on an empty line: Stage::kUsage. Ctrl-Z stops
// the job as elsewhere; when it goes on, the question is asked again. The terminal's modes and the
// signals' handlers are put back in every case. Other threads must block signals.
#pragma once

#include <string>

#include "base/error.h"

namespace wscope {

/// `question` as shown: "passphrase of key.pem: "; errors name what stands before the last colon.
/// `hint` goes with the error without a terminal.
Result<std::string> ask_secret(const std::string& question, const std::string& hint);

}  // namespace wscope
