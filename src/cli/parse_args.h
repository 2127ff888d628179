// parse_args: the words on the command line → Options. The only place that knows CLI11.
//
// Text for stdout (help, version, completion) comes back instead of Options, with status 0. A wrong
// option is Stage::kUsage with a suggestion as hint. Files named by @FILE forms are read here, and
// the configuration file: what the words say stands above what it says.
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

/// `words` without the program's name; `default_config`: the configuration file to read unless the
/// words name one, empty for none.
Result<std::variant<Options, Text>> parse_args(const std::vector<std::string>& words,
                                               const std::string& default_config = {});

}  // namespace wscope::cli
