// ReportFile: the file of --script-report, opened before the run and written behind it.
//
// "junit:FILE" or "tap:FILE"; "" is no report. What can fail: open() with Stage::kUsage, write()
// with Stage::kOutput. Owns the descriptor.
#pragma once

#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "output/script_report.h"

namespace wscope::session {

class ReportFile {
 public:
  static Result<ReportFile> open(const std::string& kind_and_file);

  Result<void> write(const output::ScriptReport& report);

 private:
  ReportFile() = default;

  std::string path_;
  UniqueFd fd_;
  bool tap_ = false;
};

}  // namespace wscope::session
