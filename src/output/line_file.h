// LineFile: a file of lines that grows during the run: a trace or a record.
//
// A trace starts anew; its lines are gathered. A record is appended to, each line in one write at
// once, so that a crash costs no line that is whole; the file is made for its owner only, a last
// line that a crash cut off gets its newline first, and on a full disk the part of a line that
// still went in is taken back. open() fails with Stage::kUsage. Owns the descriptor. Loop thread.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "output/line_output.h"
#include "output/output_stream.h"

namespace wscope::output {

class LineFile {
 public:
  /// `is_private`: only the owner may read it.
  static Result<std::unique_ptr<LineFile>> trace(const std::string& path, bool is_private);
  static Result<std::unique_ptr<LineFile>> record(const std::string& path);
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  LineOutput& lines() { return lines_; }
  OutputStream& stream() { return stream_; }
  const std::string& path() const { return path_; }

  /// Takes back what a full disk let in of a line.
  void cut_to_whole_lines();

 private:
  LineFile(std::string path, UniqueFd fd);
  static Result<std::unique_ptr<LineFile>> open(const std::string& path, int how, unsigned mode);
  void end_last_line();

  std::string path_;
  UniqueFd fd_;
  OutputStream stream_;
  LineOutput lines_;
};

/// "can't write to FILE: no space left on device".
Error write_error(const OutputStream& stream, const std::string& name);

}  // namespace wscope::output
