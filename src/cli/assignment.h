// Assignment: one option with one value, and who said so: defaults, profile or command line.
//
// layered() makes one list of the three, lowest first: what a higher layer says of an option, or of
// one that excludes it, is all that is left of it; headers give way by their names. What [defaults]
// say that has no meaning in this run (--listen, an option whose partner is missing) is left out.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/config_file.h"
#include "cli/option_table.h"

namespace wscope::cli {

struct Assignment {
  enum class Layer { kDefaults, kProfile, kCommandLine };
  const OptionRow* row = nullptr;
  std::string value;
  Layer layer = Layer::kCommandLine;
  Setting setting;  // where it came from a file

  bool off() const { return setting.kind == Setting::Kind::kOff; }
  /// Its value is elsewhere (cli/profile.h, follow()).
  bool refers() const {
    return layer != Layer::kCommandLine &&
           (setting.kind == Setting::Kind::kEnvironment || setting.kind == Setting::Kind::kFile);
  }
};

std::vector<Assignment> layered(const std::vector<Assignment>& defaults,
                                const std::vector<Assignment>& profile,
                                const std::vector<Assignment>& command_line);

}  // namespace wscope::cli
