// ConfigFile: the text of a configuration file → settings of options, with their places.
//
// TOML: a table [defaults] and tables [profile.NAME]; each key is an option's long name, or `url`.
// A flag takes true or false; an option that may be repeated takes a list as well, and those of
// NAME and VALUE (header, cookie, on-key) a table. A value may be a reference, { env = "NAME" } or
// { file = "PATH" }, with an optional prefix; parsing does not follow it. Pure. Fails with
// Stage::kUsage as file:line:column, with near names for a key that is none. The only unit with
// toml++.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/option_table.h"

namespace wscope::cli {

struct Place {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
  std::string text() const;  // "file:line:column"
};

/// One value of one option: words that were written there, or where they are to be had.
struct Setting {
  enum class Kind { kText, kOff, kEnvironment, kFile };  // kOff: a flag that is false
  const OptionRow* row = nullptr;
  Kind kind = Kind::kText;
  std::string text;    // of a reference: the variable's or the file's name
  std::string prefix;  // stands before what a reference leads to
  Place place;
};

struct ConfigTable {
  std::string name;  // of a profile; empty: the defaults
  std::vector<Setting> settings;
};

struct Config {
  ConfigTable defaults;
  std::vector<ConfigTable> profiles;  // in the order of their names

  const ConfigTable* find(std::string_view name) const;
};

/// `file` is how the errors name it.
Result<Config> parse_config(std::string_view text, const std::string& file);

}  // namespace wscope::cli
