#include <algorithm>
#include <sstream>

#include "cli/help_text.h"
#include "cli/support.h"

using namespace wscope;
using cli::Show;

namespace {

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool has_line(const Words& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE("help fits two screens of 80 columns by 24 lines") {
  const Words lines = lines_of(cli::help_text(Show::kBrief));
  CHECK(lines.size() <= 48);
  CHECK(lines.front() == "Usage: wscope [options] URL                   talk to a server");
  for (const Show show : {Show::kBrief, Show::kFull}) {
    for (const std::string& line : lines_of(cli::help_text(show))) {
      CAPTURE(line);
      CHECK(line.size() <= 80);
      CHECK(line.find_last_not_of(' ') == line.size() - 1);
    }
  }
}

TEST_CASE("--help=all tells every option") {
  const std::string text = cli::help_text(Show::kFull);
  for (const cli::OptionRow& row : cli::option_table()) {
    CAPTURE(row.name());
    const std::string written = "\n" + cli::synopsis(row);
    bool told = text.find(written + " ") != std::string::npos;
    told = told || text.find(written + "\n") != std::string::npos;
    CHECK(told);
  }
}

TEST_CASE("rows of help: names, argument, help, choices") {
  const Words lines = lines_of(cli::help_text(Show::kFull));
  CHECK(has_line(lines,
                 "  -x, --execute MSG           send MSG, then leave as after EOF (repeatable)"));
  CHECK(has_line(lines, "      --count N               end after N received messages"));
  CHECK(has_line(lines, "  -t                          show the time (--timestamps local)"));
  CHECK(has_line(lines, "      --resolve HOST:PORT:ADDR"));
  CHECK(has_line(lines, "                              line|nul|json|whole|raw|hex|base64|events"));
  CHECK(has_line(lines, "  -h, --help[=all]            this help; --help=all: every option"));
}

TEST_CASE("the version is one line with a number, then the licence") {
  const Words lines = lines_of(cli::version_text());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "wscope " WSCOPE_VERSION);
  CHECK(lines[1] ==
        "Licence GPL-3.0-or-later; there is no warranty, to the extent permitted by law.");
}
