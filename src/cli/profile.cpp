#include "cli/profile.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "base/cause.h"
#include "base/read_file.h"
#include "base/unique_fd.h"
#include "cli/config_file.h"
#include "cli/config_secrets.h"
#include "cli/option_values.h"
#include "cli/suggest.h"

namespace wscope::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread yet
  return value != nullptr ? value : std::string();
}

/// Nothing where there is no file and none was asked for.
Result<std::optional<Config>> read_config(const std::string& path, bool asked_for) {
  const std::string name = "the configuration '" + path + "'";
  const auto cant_read = [&name](int cause) {
    return fail(Stage::kUsage, "can't read " + name + ": " + cause_of(cause));
  };
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    if (missing && !asked_for) return std::nullopt;
    return cant_read(errno);
  }
  // Of what is open: the path may name another file by now.
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return cant_read(errno);
  const auto text = read_file(file.get(), name, kFileLimit);
  if (!text) return fail(text.error());
  auto config = parse_config(*text, path);
  if (!config) return fail(std::move(config.error()));
  if (S_ISREG(info.st_mode)) {
    if (auto checked = check_privacy(*config, path, info.st_mode); !checked) {
      return fail(std::move(checked.error()));
    }
  }
  return std::move(*config);
}

std::vector<Assignment> assignments_of(const ConfigTable& table, Assignment::Layer layer) {
  std::vector<Assignment> assignments;
  for (const Setting& setting : table.settings) {
    const bool literal = setting.kind == Setting::Kind::kText;
    assignments.push_back({setting.row, literal ? setting.text : std::string(), layer, setting});
  }
  return assignments;
}

tl::unexpected<Error> no_profile(const Config& config, const std::string& name,
                                 const std::string& path) {
  std::vector<std::string_view> names;
  for (const ConfigTable& table : config.profiles) names.push_back(table.name);
  std::string hint;
  for (const std::string_view near : nearest(name, names)) {
    hint.append(hint.empty() ? "did you mean @" : " or @").append(near);
  }
  if (!hint.empty()) {
    hint += '?';
  } else if (!names.empty()) {
    hint = "it has";
    for (const std::string_view known : names) hint.append(" @").append(known);
  }
  return fail(Stage::kUsage, "there is no profile @" + name + " in " + path, hint);
}

/// As it is meant in that file: from its folder, or with ~/ from the home.
std::string path_in(const Place& place, const std::string& path) {
  const std::string home = variable("HOME");
  if (path.rfind("~/", 0) == 0 && !home.empty()) return home + path.substr(1);
  const std::size_t slash = place.file.rfind('/');
  if (path.front() == '/' || slash == std::string::npos) return path;
  return place.file.substr(0, slash + 1) + path;
}

}  // namespace

std::string default_config_file() {
  const std::string base = variable("XDG_CONFIG_HOME");
  if (!base.empty() && base.front() == '/') return base + "/wscope/config.toml";
  const std::string home = variable("HOME");
  return home.empty() ? home : home + "/.config/wscope/config.toml";
}

Result<ConfigLayers> read_layers(const ProfileOptions& asked, const std::string& default_file) {
  const bool named = !asked.config_file.empty();
  const std::string& path = named ? asked.config_file : default_file;
  std::optional<Config> config;
  if (!path.empty()) {
    auto read = read_config(path, named);
    if (!read) return fail(std::move(read.error()));
    config = std::move(*read);
  }
  if (!config) {
    if (asked.profile.empty()) return ConfigLayers{};
    return fail(Stage::kUsage, "@" + asked.profile + ": there is no configuration file " + path,
                "wscope-config(5) tells what it holds");
  }
  ConfigLayers layers{assignments_of(config->defaults, Assignment::Layer::kDefaults), {}};
  if (asked.profile.empty()) return layers;
  const ConfigTable* profile = config->find(asked.profile);
  if (profile == nullptr) return no_profile(*config, asked.profile, path);
  layers.profile = assignments_of(*profile, Assignment::Layer::kProfile);
  return layers;
}

std::string profile_names(const std::string& file) {
  std::string names;
  if (file.empty()) return names;
  const auto config = read_config(file, false);
  if (!config || !*config) return names;
  // A shell may take other characters apart, or even run them.
  constexpr std::string_view kHarmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  for (const ConfigTable& table : (*config)->profiles) {
    if (table.name.find_first_not_of(kHarmless) != std::string::npos) continue;
    names += "@" + table.name + "\n";
  }
  return names;
}

Result<void> read_header_files(std::vector<Assignment>& assignments) {
  std::vector<Assignment> all;
  for (Assignment& assignment : assignments) {
    const bool names_file = assignment.row->lists_headers() && assignment.value.substr(0, 1) == "@";
    if (!names_file) {
      all.push_back(std::move(assignment));
      continue;
    }
    auto lines = read_header_file(assignment.row->name(), assignment.value.substr(1));
    if (!lines) {
      if (assignment.layer != Assignment::Layer::kCommandLine) {
        lines.error().message.insert(0, assignment.setting.place.text() + ": ");
      }
      return fail(std::move(lines.error()));
    }
    for (std::string& line : *lines) {
      all.push_back(assignment);
      all.back().value = std::move(line);
    }
  }
  assignments = std::move(all);
  return {};
}

Result<void> follow(Assignment& assignment) {
  const Setting& setting = assignment.setting;
  if (assignment.layer == Assignment::Layer::kCommandLine) return {};
  if (setting.kind == Setting::Kind::kEnvironment) {
    const char* value = std::getenv(setting.text.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) {
      return fail(Stage::kUsage, setting.place.text() + ": the environment variable " +
                                     setting.text + " is not set");
    }
    assignment.value = setting.prefix + value;
  } else if (setting.kind == Setting::Kind::kFile) {
    auto line = read_secret_file(assignment.row->name(), path_in(setting.place, setting.text));
    if (!line) {
      line.error().message.insert(0, setting.place.text() + ": ");
      return fail(std::move(line.error()));
    }
    assignment.value = setting.prefix + *line;
  }
  return {};
}

}  // namespace wscope::cli
