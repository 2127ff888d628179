// What the options say together: which exclude, need or make no sense with each other.
//
// check_rules looks at which rows were given and at the values; it fails with Stage::kUsage, naming
// both options and why. settle then fills what follows from the whole line: -0's formats, and the
// embedded server when neither URL nor --listen is there.
#pragma once

#include <bitset>
#include <functional>
#include <string_view>

#include "base/error.h"
#include "base/options.h"
#include "cli/option_table.h"

namespace wscope::cli {

/// Which rows of the table were given.
class Given {
 public:
  void add(const OptionRow& row) { rows_.set(option_table().index_of(row)); }
  bool has(const OptionRow& row) const { return rows_.test(option_table().index_of(row)); }
  /// By long name; false for a name that is none.
  bool has(std::string_view long_name) const;

 private:
  std::bitset<128> rows_;
};

/// Whether the two can't be given together.
bool exclude_each_other(std::string_view one, std::string_view other);
/// Whether an --input of that format can't be given together with `other`.
bool input_excludes(std::string_view format, std::string_view other);
/// Whether `long_name` needs another option of which none is given.
bool lacks_partner(std::string_view long_name,
                   const std::function<bool(std::string_view long_name)>& given);

Result<void> check_rules(const Given& given, const Options& options);
/// Who typed an option that is about a server has one in mind: its URL must not be missing, as
/// where a script's variable is empty, and our own echo server answer in its place. `typed`: on the
/// command line.
Result<void> check_address(const Given& typed, const Options& options);
void settle(const Given& given, Options& options);

}  // namespace wscope::cli
