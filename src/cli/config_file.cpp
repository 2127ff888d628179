#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
// Its assertions take "[[[" for an error of the program; without them it is an error of the file.
#define TOML_ASSERT(expression) static_assert(true)

#include "cli/config_file.h"

#include <toml++/toml.h>

#include <charconv>
#include <utility>

#include "cli/suggest.h"

namespace wscope::cli {
namespace {

/// What one reads a value with: the table's key and the errors about it.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  Result<Config> read(const toml::table& root);

 private:
  Place place_of(const toml::source_region& source) const {
    return {file_, source.begin.line, source.begin.column};
  }
  tl::unexpected<Error> refuse(const toml::source_region& source, const std::string& message,
                               const std::string& hint = {}) const {
    return fail(Stage::kUsage, place_of(source).text() + ": " + message, hint);
  }
  Result<ConfigTable> read_table(std::string name, const toml::node& node) const;
  Result<const OptionRow*> row_of(const toml::key& key) const;
  Result<void> read_values(const OptionRow& row, const toml::node& node, ConfigTable& table) const;
  Result<void> read_pairs(const OptionRow& row, const toml::table& pairs, ConfigTable& table) const;
  Result<Setting> read_value(const OptionRow& row, const toml::node& node) const;
  Result<Setting> read_reference(const OptionRow& row, const toml::table& reference) const;

  const std::string& file_;
};

bool is_reference(const toml::table& table) {
  return table.contains("env") || table.contains("file");
}

/// What parts name and value in the words of the command line; empty: not such an option.
std::string_view between_of(const OptionRow& row) {
  if (row.lists_headers()) return ": ";
  if (row.long_name == "cookie" || row.long_name == "on-key") return "=";
  return {};
}

bool may_stand_in_file(const OptionRow& row) {
  constexpr std::string_view kNot[] = {"help", "version", "completion", "config", "print-config"};
  for (const std::string_view name : kNot) {
    if (row.long_name == name) return false;
  }
  return !row.long_name.empty();
}

std::string number_text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return {digits, end};
}

std::string near_names(std::string_view name, const std::vector<std::string_view>& names) {
  std::string hint;
  for (const std::string_view near : nearest(name, names)) {
    hint.append(hint.empty() ? "did you mean " : " or ").append(near);
  }
  return hint.empty() ? hint : hint + "?";
}

Result<Config> Reader::read(const toml::table& root) {
  Config config;
  for (const auto& [key, node] : root) {
    if (key == "defaults") {
      auto table = read_table({}, node);
      if (!table) return fail(std::move(table.error()));
      config.defaults = std::move(*table);
    } else if (key == "profile" && node.is_table()) {
      for (const auto& [name, profile] : *node.as_table()) {
        auto table = read_table(std::string(name.str()), profile);
        if (!table) return fail(std::move(table.error()));
        config.profiles.push_back(std::move(*table));
      }
    } else {
      std::string hint = near_names(key.str(), {"defaults", "profile"});
      if (hint.empty()) hint = "a profile is a table [profile.NAME], what holds for all [defaults]";
      return refuse(key.source(), "'" + std::string(key.str()) + "' is not part of a configuration",
                    hint);
    }
  }
  return config;
}

Result<ConfigTable> Reader::read_table(std::string name, const toml::node& node) const {
  const toml::table* source = node.as_table();
  if (source == nullptr) return refuse(node.source(), "not a table of options");
  ConfigTable table{std::move(name), {}};
  for (const auto& [key, value] : *source) {
    const auto row = row_of(key);
    if (!row) return fail(row.error());
    if (auto read = read_values(**row, value, table); !read) return fail(read.error());
  }
  return table;
}

Result<const OptionRow*> Reader::row_of(const toml::key& key) const {
  const std::string_view name = key.str();
  const OptionRow* row = find_long(name == "url" ? "connect" : name);
  if (row != nullptr && may_stand_in_file(*row)) return row;
  const std::string what = "'" + std::string(name) + "' ";
  if (row != nullptr) {
    return refuse(key.source(), what + "is for the command line only");
  }
  std::vector<std::string_view> names = {"url"};
  for (const OptionRow& known : option_table()) {
    if (may_stand_in_file(known)) names.push_back(known.long_name);
  }
  return refuse(key.source(), what + "is no option", near_names(name, names));
}

Result<void> Reader::read_values(const OptionRow& row, const toml::node& node,
                                 ConfigTable& table) const {
  const toml::table* pairs = node.as_table();
  if (pairs != nullptr && !is_reference(*pairs)) return read_pairs(row, *pairs, table);
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    auto setting = read_value(row, node);
    if (!setting) return fail(setting.error());
    table.settings.push_back(std::move(*setting));
    return {};
  }
  if (!row.repeatable()) {
    return refuse(node.source(), row.name() + " takes one value, not a list");
  }
  for (const toml::node& element : *list) {
    auto setting = read_value(row, element);
    if (!setting) return fail(setting.error());
    table.settings.push_back(std::move(*setting));
  }
  return {};
}

Result<void> Reader::read_pairs(const OptionRow& row, const toml::table& pairs,
                                ConfigTable& table) const {
  const std::string_view between = between_of(row);
  if (between.empty()) {
    return refuse(pairs.source(), row.name() + ": a table must be a reference",
                  "{ env = \"NAME\" } or { file = \"PATH\" }");
  }
  for (const auto& [name, node] : pairs) {
    auto setting = read_value(row, node);
    if (!setting) return fail(setting.error());
    const std::string before = std::string(name.str()).append(between);
    const bool literal = setting->kind == Setting::Kind::kText;
    (literal ? setting->text : setting->prefix).insert(0, before);
    table.settings.push_back(std::move(*setting));
  }
  return {};
}

Result<Setting> Reader::read_value(const OptionRow& row, const toml::node& node) const {
  Setting setting{&row, Setting::Kind::kText, {}, {}, place_of(node.source())};
  if (const auto* flag = node.as_boolean()) {
    if (row.takes_value()) {
      return refuse(node.source(), row.name() + " needs a value, not true or false");
    }
    if (!flag->get()) setting.kind = Setting::Kind::kOff;
    return setting;
  }
  if (!row.may_take_value()) return refuse(node.source(), row.name() + " is either true or false");
  if (const toml::table* reference = node.as_table()) return read_reference(row, *reference);
  if (const auto* text = node.as_string()) {
    setting.text = text->get();
  } else if (const auto* whole = node.as_integer()) {
    setting.text = std::to_string(whole->get());
  } else if (const auto* number = node.as_floating_point()) {
    setting.text = number_text(number->get());
  } else {
    return refuse(node.source(), row.name() + " takes a string or a number");
  }
  if (setting.text.find('\0') != std::string::npos) {
    return refuse(node.source(), row.name() + ": a value can't hold a NUL");
  }
  return setting;
}

Result<Setting> Reader::read_reference(const OptionRow& row, const toml::table& reference) const {
  Setting setting{&row, Setting::Kind::kEnvironment, {}, {}, place_of(reference.source())};
  for (const auto& [key, node] : reference) {
    const auto* text = node.as_string();
    if (text == nullptr || (text->get().empty() && key != "prefix")) {
      return refuse(node.source(), std::string(key.str()) + " must be a string that is not empty");
    }
    if (key == "prefix") {
      setting.prefix = text->get();
    } else if (key == "env" || key == "file") {
      if (!setting.text.empty()) return refuse(key.source(), "either env or file, not both");
      setting.kind = key == "env" ? Setting::Kind::kEnvironment : Setting::Kind::kFile;
      setting.text = text->get();
    } else {
      return refuse(key.source(), "'" + std::string(key.str()) + "' is not part of a reference",
                    "a reference has env or file, and perhaps prefix");
    }
  }
  if (setting.text.empty()) {
    return refuse(reference.source(), row.name() + ": neither env nor file is named");
  }
  return setting;
}

}  // namespace

std::string Place::text() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const ConfigTable* Config::find(std::string_view name) const {
  for (const ConfigTable& table : profiles) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

Result<Config> parse_config(std::string_view text, const std::string& file) {
  const toml::parse_result parsed = toml::parse(text, std::string_view(file));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    const Place place{file, error.source().begin.line, error.source().begin.column};
    std::string cause(error.description());
    return fail(Stage::kUsage, place.text() + ": not TOML: " + cause);
  }
  return Reader(file).read(parsed.table());
}

}  // namespace wscope::cli
