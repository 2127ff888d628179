// Profiles: the configuration file of this run → what it says for it, as Assignments.
//
// The file is --config's, or $XDG_CONFIG_HOME/wscope/config.toml (~/.config where that is unset),
// which need not be there. Fails with Stage::kUsage: a file that can't be read or must not be
// (config_secrets.h), a profile that it does not hold. follow() replaces a reference by what it
// leads to; the first line of a file, relative paths being those of the configuration's folder.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/options.h"
#include "cli/assignment.h"

namespace wscope::cli {

/// Empty when the environment names no home.
std::string default_config_file();

struct ConfigLayers {
  std::vector<Assignment> defaults;
  std::vector<Assignment> profile;
};
Result<ConfigLayers> read_layers(const ProfileOptions& asked, const std::string& default_file);

/// The names of the profiles, a line each, for completion; what is wrong with the file is not told.
std::string profile_names(const std::string& file);

Result<void> follow(Assignment& assignment);

/// --header @FILE is one header a line, each of which gives way by its own name.
Result<void> read_header_files(std::vector<Assignment>& assignments);

}  // namespace wscope::cli
