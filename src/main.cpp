// wscope: parse, run, print the one error, return the status.
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "cli/parse_args.h"
#include "cli/profile.h"
#include "output/output_stream.h"
#include "output/words.h"
#include "session/run.h"

namespace {

// Who ran out of time does not wait for a full stderr either. Seconds.
constexpr double kPatienceAfterTimeout = 0.5;

// Errors quote what servers sent: none of it may drive a terminal, or pass for a line of ours.
int report(const wscope::Error& error) {
  wscope::output::OutputStream err(STDERR_FILENO);
  err.put(wscope::output::error_lines(error, true));
  const bool late = error.stage == wscope::Stage::kTimeout;
  err.drain(late ? std::optional(kPatienceAfterTimeout) : std::nullopt);
  return static_cast<int>(wscope::exit_status_of(error.stage));
}

/// What a library or the system throws is an error like any other.
wscope::Result<wscope::ExitStatus> run(const wscope::Options& options) try {
  return wscope::session::run(options);
} catch (const std::bad_alloc&) {
  return wscope::fail(wscope::Stage::kInternal, "out of memory");
} catch (const std::exception& error) {
  return wscope::fail(wscope::Stage::kInternal, error.what());
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = wscope::cli::parse_args(std::vector<std::string>(argv + 1, argv + argc),
                                              wscope::cli::default_config_file());
  if (!parsed) return report(parsed.error());
  if (const auto* text = std::get_if<wscope::cli::Text>(&*parsed)) {
    const bool written = std::fputs(text->text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    if (written) return 0;
    return report({wscope::Stage::kOutput, "can't write to stdout", {}, {}});
  }
  const auto ended = run(std::get<wscope::Options>(*parsed));
  return ended ? static_cast<int>(*ended) : report(ended.error());
}
