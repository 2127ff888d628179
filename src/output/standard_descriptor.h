// standard_descriptor: stdout or stderr where a file is what they lead to.
//
// So it is with /dev/stdout and /dev/stderr in a shell that sent them into a file: what the shell
// writes there, before and afterwards, must neither be cut off nor go into a file that was
// replaced.
#pragma once

#include "base/unique_fd.h"

struct stat;

namespace wscope::output {

/// Whether stdout or stderr leads to the same place as `fd`.
bool is_standard(int fd);

/// Another descriptor of that one, which goes on where it is; none for any other file.
UniqueFd standard_descriptor_of(const struct stat& file);

}  // namespace wscope::output
