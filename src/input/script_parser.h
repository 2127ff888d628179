// A script's text → Script, or the first line that is wrong (wscope-script(5)).
//
// Pure. `has_url`: the command line opened the connection without a name. What can fail:
// Stage::kUsage, "FILE:LINE: what is wrong" with a hint that shows the form. A script of any size;
// blocks may be nested kMaxScriptDepth deep.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "input/script.h"

namespace wscope::input {

constexpr std::size_t kMaxScriptDepth = 64;

Result<Script> parse_script(std::string_view text, const std::string& file, bool has_url);

}  // namespace wscope::input
