// The file of --script → its text; "-" is stdin.
//
// Blocks while it reads. What can fail: Stage::kUsage, "can't read the script FILE: cause".
#pragma once

#include <string>

#include "base/error.h"

namespace wscope::input {

Result<std::string> read_script_file(const std::string& path);

}  // namespace wscope::input
