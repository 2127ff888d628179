// WholeFile: a file that appears whole at the end of the run, or not at all.
//
// What is put goes into a draft beside it; finish() gives the draft the file's name (and the mode
// of the file it replaces). Without finish(), or when writing failed, the draft is removed and a
// file that was there stays as it was. A file that can be written but not replaced (its folder is
// read-only, it is a mount of its own) is written over by finish(); the draft, then in the folder
// for temporary files where need be, stays when that fails. A name that is no regular file (a
// pipe), or where stdout or stderr goes (/dev/stdout), is written to directly. open() fails with
// Stage::kUsage, finish() with Stage::kOutput. Owns descriptor and draft. Loop thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "output/output_stream.h"

namespace wscope::output {

class WholeFile {
 public:
  /// `mode`: of a new file.
  static Result<std::unique_ptr<WholeFile>> open(const std::string& path, unsigned mode = 0600);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  OutputStream& stream() { return *stream_; }
  /// As the user named it.
  const std::string& path() const { return path_; }
  /// A path that files may be kept beside (output/spool.h) until it is finished.
  std::string scratch() const;
  /// With `patience` (seconds) what a reader has not taken by then is dropped.
  Result<void> finish(std::optional<double> patience = std::nullopt);

 private:
  WholeFile() = default;
  bool write_over() const;

  std::string path_;
  std::string target_;  // where it is: what symbolic links lead to
  std::string draft_;   // empty: written to directly, or renamed already
  UniqueFd fd_;
  std::unique_ptr<OutputStream> stream_;
};

}  // namespace wscope::output
