// real_path: where a file is, behind symbolic links, so that one that takes its place does not take
// the place of a link (realpath(3)). The path itself where the system can't tell.
#pragma once

#include <string>

namespace wscope {

std::string real_path(const std::string& path);

}  // namespace wscope
