// temporary_folder: where files for a while belong: $TMPDIR, else /tmp. Without a slash at its end
// unless the user gave one.
#pragma once

#include <string>

namespace wscope {

std::string temporary_folder();

}  // namespace wscope
