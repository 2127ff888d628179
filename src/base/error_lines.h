// error_lines: an Error as stderr and the prompt show it. Pure.
#pragma once

#include <string>

#include "base/error.h"

namespace wscope {

/// Its detail, "wscope: message", and "wscope: hint: …"; what came from the network or a file is
/// escaped where `escape` is set (a terminal reads it). Message and hint are shortened to 1.5 KiB.
std::string error_lines(const Error& error, bool escape);

}  // namespace wscope
