// own_files: no file of a run is written by two of its options, or written while another reads it.
//
// One of the two would be lost without a word. Files are the same when they are one on the disk,
// or, where there is none yet, when their names lead to one place; devices and pipes may be shared.
// Looked at before any is opened. Fails with Stage::kUsage, naming both options.
#pragma once

#include "base/error.h"
#include "base/options.h"

namespace wscope::session {

Result<void> check_own_files(const Options& options);

}  // namespace wscope::session
