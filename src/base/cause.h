// cause: the system's words for a failure, as an error message ends with them.
//
// "connection refused", "no such file or directory": lower case, unless the text begins with an
// abbreviation ("I/O …", "TLS …"). Pure.
#pragma once

#include <string>
#include <system_error>

namespace wscope {

/// Of an errno.
std::string cause_of(int error);
std::string cause_of(std::error_code error);
/// The same for the text of a library.
std::string lower_first(std::string text);

}  // namespace wscope
