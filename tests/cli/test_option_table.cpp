#include <set>

#include "cli/option_table.h"
#include "cli/support.h"

using namespace wscope;

TEST_CASE("names are unique and can be found") {
  std::set<std::string> names;
  for (const cli::OptionRow& row : cli::option_table()) {
    CAPTURE(row.name());
    CHECK((row.short_name != '\0' || !row.long_name.empty()));
    if (!row.long_name.empty()) {
      CHECK(names.insert("--" + std::string(row.long_name)).second);
      CHECK(cli::find_long(row.long_name) == &row);
    }
    if (row.short_name != '\0') {
      CHECK(names.insert(std::string{'-', row.short_name}).second);
      CHECK(cli::find_short(row.short_name) == &row);
    }
  }
  CHECK(cli::find_long("") == nullptr);
  CHECK(cli::find_long("no-such-option") == nullptr);
  CHECK(cli::find_short('\0') == nullptr);
}

TEST_CASE("rows are in the order of the groups, and each has its help") {
  auto last = cli::Group::kMessages;
  for (const cli::OptionRow& row : cli::option_table()) {
    CAPTURE(row.name());
    CHECK(row.group >= last);
    last = row.group;
    CHECK_FALSE(row.help.empty());
    CHECK(row.help.size() <= 50);  // the width that help leaves
    CHECK(row.help.back() != '.');
  }
  for (const cli::Group group : cli::kGroups) CHECK_FALSE(cli::group_title(group).empty());
}

TEST_CASE("what an argument says") {
  const auto* execute = cli::find_long("execute");
  CHECK(execute->takes_value());
  CHECK(execute->repeatable());
  CHECK(execute->value_name() == "MSG");
  const auto* listen = cli::find_long("listen");
  CHECK(listen->takes_value());
  CHECK_FALSE(listen->repeatable());
  CHECK(listen->value_name() == "[HOST:]PORT");
  const auto* help = cli::find_long("help");
  CHECK(help->may_take_value());
  CHECK_FALSE(help->takes_value());
  const auto* verbose = cli::find_long("verbose");
  CHECK_FALSE(verbose->may_take_value());
  CHECK(cli::find_short('t')->name() == "-t");
}
