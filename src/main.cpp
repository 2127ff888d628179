// wscope: parse, run, print the one error, return the status.
#include <cerrno>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "base/cause.h"
#include "base/error.h"
#include "cli/parse_args.h"
#include "cli/profile.h"
#include "output/error_report.h"
#include "session/run.h"

namespace {

int report(const wscope::Error& error) {
  wscope::output::report_error(error);
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
    const std::string cause = wscope::cause_of(errno);
    return report({wscope::Stage::kOutput, "can't write to stdout: " + cause, {}, {}});
  }
  const auto ended = wscope::session::run(std::get<wscope::Options>(*parsed));
  return ended ? static_cast<int>(*ended) : report(ended.error());
}
