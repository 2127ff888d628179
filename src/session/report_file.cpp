#include "session/report_file.h"

#include <fcntl.h>

#include <cerrno>

#include "base/cause.h"
#include "base/write_all.h"

namespace wscope::session {

Result<ReportFile> ReportFile::open(const std::string& kind_and_file) {
  ReportFile file;
  if (kind_and_file.empty()) return file;
  const std::size_t colon = kind_and_file.find(':');
  file.tap_ = kind_and_file.substr(0, colon) == "tap";
  file.path_ = kind_and_file.substr(colon + 1);
  file.fd_ = UniqueFd(::open(file.path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.fd_) return file;
  return fail(Stage::kUsage, "can't open " + file.path_ + " for writing: " + cause_of(errno));
}

Result<void> ReportFile::write(const output::ScriptReport& report) {
  if (!fd_) return {};
  const std::string text = tap_ ? output::tap(report) : output::junit_xml(report);
  if (write_all(fd_.get(), text)) return {};
  return fail(Stage::kOutput, "can't write to " + path_ + ": " + cause_of(errno));
}

}  // namespace wscope::session
