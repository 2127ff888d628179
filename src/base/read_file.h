// read_file: a whole file → its bytes.
//
// Blocks until the end has come; that of a FIFO comes when its writers have gone. A signal does not
// end it. A descriptor stays the caller's, and is read from where it stands. What can fail: the
// file can't be opened or read, or has more bytes than its limit: Stage::kUsage, "can't read NAME:
// cause"; NAME is the caller's word for the file, path and all.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope {

/// The bytes that a file may have, and the cause that is told where it has more.
struct SizeLimit {
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
  std::string_view cause = {};
};

Result<std::string> read_file(const std::string& path, const std::string& name,
                              SizeLimit limit = {});
Result<std::string> read_file(int fd, const std::string& name, SizeLimit limit = {});

/// Appends to `bytes` until the end, or until they are more than `most`. False: errno tells.
bool read_all(int fd, std::string& bytes,
              std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace wscope
