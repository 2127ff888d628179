// ReportFile: the file of --script-report: it appears whole behind the run, or stays as it was.
//
// "junit:FILE" or "tap:FILE"; "" is no report. open() tells before anything is sent that it can't
// be written. What can fail: open() with Stage::kUsage, write() with Stage::kOutput. Owns the file.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "output/script_report.h"
#include "output/whole_file.h"

namespace wscope::session {

class ReportFile {
 public:
  static Result<ReportFile> open(const std::string& kind_and_file);

  Result<void> write(const output::ScriptReport& report);

 private:
  ReportFile() = default;

  std::unique_ptr<output::WholeFile> file_;
  bool tap_ = false;
};

}  // namespace wscope::session
