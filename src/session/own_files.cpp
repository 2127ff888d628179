#include "session/own_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/escape.h"
#include "input/recording.h"

namespace wscope::session {
namespace {

struct File {
  std::string_view option;
  std::string path;
  bool written = true;
};

/// "junit:FILE" and "tap:FILE".
std::string report_path(const std::string& report) {
  return report.substr(std::min(report.find(':') + 1, report.size()));
}

std::vector<File> files_of(const Options& options) {
  const AutomationOptions& automation = options.automation;
  std::vector<File> files;
  const auto add = [&files](std::string_view option, const std::string& path, bool written) {
    if (!path.empty() && path != "-") files.push_back({option, path, written});
  };
  add("--script", automation.script == "-" ? "/dev/stdin" : automation.script, false);
  add("--replay", input::recording_file(automation.replay), false);
  add("--record", automation.record, true);
  add("--har", automation.har, true);
  add("--trace-file", options.diagnosis.trace_file, true);
  add("--script-report", report_path(automation.script_report), true);
  add("--port-file", options.listen.port_file, true);
  add("--keylog", options.tls.key_log, true);
  return files;
}

bool are_one(const File& one, const File& other) {
  struct stat first {};
  struct stat second {};
  const bool first_is = ::stat(one.path.c_str(), &first) == 0;
  const bool second_is = ::stat(other.path.c_str(), &second) == 0;
  if (first_is != second_is) return false;
  if (first_is) {
    return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
  }
  std::error_code failed;
  const auto place = [&failed](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
  };
  const auto first_place = place(one.path);
  return !failed && first_place == place(other.path);
}

}  // namespace

Result<void> check_own_files(const Options& options) {
  const std::vector<File> files = files_of(options);
  for (std::size_t i = 1; i < files.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const File& one = files[j];
      const File& other = files[i];
      if (!one.written && !other.written) continue;
      // What was there is played, and the recording stands behind it.
      if (one.option == "--replay" && other.option == "--record") continue;
      if (!are_one(one, other)) continue;
      const std::string what = one.written ? " write to one file: " : " have one file: ";
      return fail(Stage::kUsage,
                  std::string(one.option).append(" and ").append(other.option) + what +
                      printable(other.path),
                  one.written ? "each needs its own" : "what is read would be overwritten");
    }
  }
  return {};
}

}  // namespace wscope::session
