#include "session/report_file.h"

#include <sys/stat.h>
#include <unistd.h>

namespace wscope::session {
namespace {

bool is_script(const std::string& path, const std::string& script) {
  struct stat one {};
  struct stat other {};
  const int found = script == "-" ? ::fstat(STDIN_FILENO, &other) : ::stat(script.c_str(), &other);
  return ::stat(path.c_str(), &one) == 0 && found == 0 && S_ISREG(one.st_mode) &&
         one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// A report quotes what came, so who hides new files hides it, too.
unsigned mode_of_new_files() {
  const mode_t hidden = ::umask(0);
  ::umask(hidden);
  return 0666U & ~hidden;
}

}  // namespace

Result<ReportFile> ReportFile::open(const std::string& kind_and_file, const std::string& script) {
  ReportFile report;
  if (kind_and_file.empty()) return report;
  const std::size_t colon = kind_and_file.find(':');
  report.tap_ = kind_and_file.substr(0, colon) == "tap";
  const std::string path = kind_and_file.substr(colon + 1);
  if (is_script(path, script)) {
    return fail(Stage::kUsage, "the report " + path + " would replace the script",
                "--script-report needs a file of its own");
  }
  auto file = output::WholeFile::open(path, mode_of_new_files());
  if (!file) return fail(std::move(file.error()));
  report.file_ = std::move(*file);
  return report;
}

Result<void> ReportFile::write(const output::ScriptReport& report) {
  if (!file_) return {};
  file_->stream().put(tap_ ? output::tap(report) : output::junit_xml(report));
  return file_->finish();
}

}  // namespace wscope::session
