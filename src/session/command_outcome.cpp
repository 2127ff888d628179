#include "session/command_outcome.h"

#include <string.h>

#include <string_view>

#include "base/escape.h"

namespace wscope::session {
namespace {

// What POSIX says of the shell: found but not executable, and not found.
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;
constexpr std::size_t kMostQuoted = 60;

/// Its first line, as far as a sentence holds it.
std::string quoted(std::string_view command) {
  const std::string_view line = utf8_prefix(command.substr(0, command.find('\n')), kMostQuoted);
  return "'" + escaped(line, kOneLine) + (line.size() < command.size() ? "…'" : "'");
}

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

}  // namespace

std::string end_words(const CommandEnd& end) {
  if (end.signal != 0) return "was ended by " + signal_name(end.signal);
  return "ended with status " + std::to_string(end.status);
}

Result<void> outcome_of(const std::string& command, const CommandEnd& end) {
  if (!end.failed()) return {};
  const std::string what = "the command " + quoted(command) + " " + end_words(end);
  if (end.signal == 0 && (end.status == kNotExecutable || end.status == kNotFound)) {
    return fail(Stage::kUsage, what,
                end.status == kNotFound ? "the shell did not find a program of that name"
                                        : "the shell may not run that program");
  }
  return fail(Stage::kInput, what);
}

}  // namespace wscope::session
