// Help: the option table as text for stdout, at most 80 columns wide.
//
// help_text(kBrief) is --help: what one needs most, in at most 60 lines; kFull is --help=all, every
// available option, one line each, which check_docs.sh reads too. Pure.
#pragma once

#include <string>

#include "cli/option_table.h"

namespace wscope::cli {

std::string help_text(Show show);
std::string version_text();
/// For scripts/check_docs.sh: a line a row, in columns parted by tabs: "available" or
/// "unavailable", group, names and argument as in help, choices.
std::string option_list();
/// "  -x, --execute MSG", "      --socketio[=NS]": how a row is written in help.
std::string synopsis(const OptionRow& row);

}  // namespace wscope::cli
