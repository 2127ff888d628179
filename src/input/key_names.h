// Names of keys, as --on-key has them → the bytes a terminal sends for them.
//
// "a", "é", "space", "enter", "tab", "esc", "up", "f5", "ctrl-x" …; several sequences where
// terminals differ. Pure; an empty answer for a name nobody knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wscope::input {

std::vector<std::string> key_sequences(std::string_view name);

}  // namespace wscope::input
