// The option table: every option of wscope(1) in one place, one row each.
//
// Registration with CLI11, --help, the completion scripts and scripts/check_docs.sh are all made
// from it, so none of them can drift. Rows are constants; nothing is built at start. `set` writes
// the row's value into Options, `set_from_file` what it reads where the value was typed as @FILE
// (what a variable or a file holds is never such a name); they fail with Stage::kUsage naming
// option and value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/options.h"

namespace wscope::cli {

enum class Group {
  kMessages,
  kHandshake,
  kNetwork,
  kTls,
  kLiveness,
  kDiagnosis,
  kTerminal,
  kAutomation,
  kServer,
  kGeneral,
};
constexpr Group kGroups[] = {
    Group::kMessages,  Group::kHandshake, Group::kNetwork,    Group::kTls,    Group::kLiveness,
    Group::kDiagnosis, Group::kTerminal,  Group::kAutomation, Group::kServer, Group::kGeneral};

enum class Role { kBoth, kClient, kServer };              // where it has a meaning: --listen or not
enum class Show { kBrief, kFull };                        // --help, or --help=all only
enum class Complete { kNothing, kFile, kAtFile, kHost };  // its value, beyond `choices`

struct OptionRow {
  using Setter = Result<void> (*)(const OptionRow& row, const std::string& value, Options& options);

  Group group;
  char short_name;             // '\0': none
  std::string_view long_name;  // empty: none
  std::string_view
      argument;  // "FILE": required; "[=NS]": optional; "": a flag; "MSG...": repeatable
  std::string_view choices;  // "a|b|c" where only these are allowed
  Complete complete;
  Role role;
  Show show;
  std::string_view help;
  Setter set;                      // null: parse_args handles it (help, version, completion)
  Setter set_from_file = nullptr;  // of "@FILE": gets FILE; null: '@' is a character like others

  bool may_take_value() const { return !argument.empty(); }
  bool takes_value() const { return may_take_value() && argument.substr(0, 2) != "[="; }
  bool repeatable() const { return !argument.empty() && argument.back() == '.'; }
  /// --header and --stomp-header: `NAME: VALUE`, also in lines of a file.
  bool lists_headers() const;
  /// The argument without the dots that say `repeatable`.
  std::string_view value_name() const {
    return argument.substr(0, argument.size() - (repeatable() ? 3 : 0));
  }
  /// `typed` as @FILE.
  Result<void> apply(const std::string& typed, Options& options) const;
  /// "--origin", or "-t" where there is no long name.
  std::string name() const;
};

struct OptionTable {
  const OptionRow* first;
  std::size_t size;
  const OptionRow* begin() const { return first; }
  const OptionRow* end() const { return first + size; }
  std::size_t index_of(const OptionRow& row) const {
    return static_cast<std::size_t>(&row - first);
  }
};

OptionTable option_table();
/// Null when there is none of that name.
const OptionRow* find_long(std::string_view name);
const OptionRow* find_short(char name);
/// "messages", "TLS" …
std::string_view group_title(Group group);

}  // namespace wscope::cli
