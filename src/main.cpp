// wscope: parse, run, print the one error, return the status.
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/escape.h"
#include "cli/parse_args.h"
#include "cli/profile.h"
#include "session/run.h"

namespace {

// Errors quote what servers sent: none of it may drive a terminal.
int report(const wscope::Error& error) {
  using wscope::escaped;
  if (!error.detail.empty()) std::fprintf(stderr, "%s\n", escaped(error.detail).c_str());
  if (!error.message.empty()) std::fprintf(stderr, "wscope: %s\n", escaped(error.message).c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "wscope: hint: %s\n", escaped(error.hint).c_str());
  return static_cast<int>(wscope::exit_status_of(error.stage));
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
  const auto ended = wscope::session::run(std::get<wscope::Options>(*parsed));
  return ended ? static_cast<int>(*ended) : report(ended.error());
}
