// Spool: bytes that are kept for later: in memory while they are few, else in a file without a
// name.
//
// put() appends; copy_to() gives all of it in order. At most kInMemory bytes stay in memory; the
// rest lies in a file that nobody else sees, in the folder of another, and that is gone with the
// Spool, whatever happens. What can fail is kept: error() tells, and what is put from then on is
// dropped. Owns the descriptor. Any one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include "base/unique_fd.h"
#include "output/output_stream.h"

namespace wscope::output {

/// A new file of an unused name beside `path`, for its owner only; -1: errno tells. `name` is where
/// it is.
int open_beside(const std::string& path, std::string& name);

class Spool {
 public:
  static constexpr std::size_t kInMemory = std::size_t{1} << 20;

  /// `beside`: a file in the folder to use.
  explicit Spool(std::string beside) : beside_(std::move(beside)) {}

  void put(std::string_view bytes);
  void copy_to(OutputStream& out);
  bool empty() const { return memory_.empty() && !fd_; }
  std::error_code error() const { return error_; }

 private:
  void spill();

  std::string beside_;
  std::string memory_;
  UniqueFd fd_;
  std::error_code error_;
};

}  // namespace wscope::output
