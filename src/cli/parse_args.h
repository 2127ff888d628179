// parse_args: the words on the command line → Options. The only place that knows CLI11.
//
// Text for stdout (help, version, completion) comes back instead of Options, with status 0. A wrong
// option is Stage::kUsage with a suggestion as hint. Files named by @FILE forms are read here.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/options.h"

namespace wscope::cli {

struct Text {
  std::string text;  // to be printed on stdout
};

/// `words` without the program's name.
Result<std::variant<Options, Text>> parse_args(const std::vector<std::string>& words);

}  // namespace wscope::cli
