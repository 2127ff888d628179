// Completion scripts for bash, zsh and fish, made from the option table.
//
// Pure: the script for `shell` ("bash", "zsh", "fish") as text for stdout. Options are completed
// with their help, values where they are choices, files or host names.
#pragma once

#include <string>
#include <string_view>

namespace wscope::cli {

std::string completion_script(std::string_view shell);

}  // namespace wscope::cli
