// --print-config: the options of a run as a configuration file would say them, and who said each.
//
// Pure. One line a value, in the order of the option table, with a comment: the place in the file,
// or the command line. Secrets are shown as "…", references as references.
#pragma once

#include <string>
#include <vector>

#include "cli/assignment.h"

namespace wscope::cli {

std::string print_config(const std::vector<Assignment>& assignments);

}  // namespace wscope::cli
