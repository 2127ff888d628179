// What is wrong in a script that its parser can't judge: URLs and headers, before anything is sent.
//
// Pure. check_script() judges those that stand in the script as they are, without values; the
// Error (Stage::kUsage) names file and line. check_script_header() judges one, as "Name: value",
// with its values filled in; its message is a phrase without the place.
#pragma once

#include <string_view>

#include "base/error.h"
#include "input/script.h"

namespace wscope::session {

Result<void> check_script(const input::Script& script);

Result<void> check_script_header(std::string_view header);

}  // namespace wscope::session
