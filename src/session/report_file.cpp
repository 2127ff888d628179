#include "session/report_file.h"

#include <sys/stat.h>

#include <utility>

namespace wscope::session {
namespace {

/// A report quotes what came, so who hides new files hides it, too.
unsigned mode_of_new_files() {
  const mode_t hidden = ::umask(0);
  ::umask(hidden);
  return 0666U & ~hidden;
}

}  // namespace

Result<ReportFile> ReportFile::open(const std::string& kind_and_file) {
  ReportFile report;
  if (kind_and_file.empty()) return report;
  const std::size_t colon = kind_and_file.find(':');
  report.tap_ = kind_and_file.substr(0, colon) == "tap";
  const std::string path = kind_and_file.substr(colon + 1);
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
