// write_all: a text to a descriptor that blocks, in one write or in many.
#pragma once

#include <string_view>

namespace wscope {

/// False when something could not be written: errno tells. A signal does not end it.
bool write_all(int fd, std::string_view bytes);

}  // namespace wscope
