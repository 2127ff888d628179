// ReportFile: the file of --script-report, opened before the run and written behind it.
//
// "junit:FILE" or "tap:FILE"; "" is no report. What can fail: open() with Stage::kUsage, write()
// with Stage::kOutput. Owns the descriptor.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"
#include "output/script_report.h"

namespace wscope::session {

class ReportFile {
 public:
  static Result<ReportFile> open(const std::string& kind_and_file);
  ReportFile(ReportFile&& other) noexcept
      : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), tap_(other.tap_) {}
  ReportFile& operator=(ReportFile&&) = delete;
  ~ReportFile();

  Result<void> write(const output::ScriptReport& report);

 private:
  ReportFile() = default;

  std::string path_;
  int fd_ = -1;
  bool tap_ = false;
};

}  // namespace wscope::session
