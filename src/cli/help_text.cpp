#include "cli/help_text.h"

#include <cctype>

namespace wscope::cli {
namespace {

constexpr std::size_t kHelpColumn = 30;

constexpr std::string_view kUsage =
    "Usage: wscope [options] URL                   talk to a server\n"
    "       wscope [options] --listen [HOST:]PORT  be a server\n"
    "       wscope [options]                       try it: talk to a built-in echo\n";

constexpr std::string_view kBriefEnd =
    "\n"
    "Example: echo '{\"get\": \"time\"}' | wscope -H 'X-Key: 1' --count 1 wss://host/api\n"
    "At the prompt, /help lists the commands. All options: --help=all or wscope(1).\n";

constexpr std::string_view kFullEnd =
    "\n"
    "URL: ws:// wss:// http:// https:// host[:port][/path] :port/path ws+unix:/path\n"
    "Exit status: 0 closed normally, 1 other failure, 2 usage, 3 unreachable, 4 TLS,\n"
    "5 refused, 6 ended abnormally, 7 out of time, 8 expectation failed.\n";

bool shown(const OptionRow& row, Show show) {
  return row.show == Show::kBrief || (show == Show::kFull && row.show == Show::kFull);
}

std::string capitalised(std::string_view title) {
  std::string text(title);
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string lines_of(const OptionRow& row, Show show) {
  const std::string indent(kHelpColumn, ' ');
  std::string text = synopsis(row);
  text += text.size() < kHelpColumn - 1 ? indent.substr(text.size()) : '\n' + indent;
  text += row.help;
  if (row.repeatable()) text += " (repeatable)";
  text += '\n';
  if (show == Show::kFull && row.takes_value() && !row.choices.empty()) {
    text += indent + std::string(row.choices) + '\n';
  }
  return text;
}

}  // namespace

std::string synopsis(const OptionRow& row) {
  std::string text = "  ";
  text += row.short_name != '\0' ? std::string{'-', row.short_name} : "   ";
  if (!row.long_name.empty()) {
    text += row.short_name != '\0' ? ", --" : " --";
    text += row.long_name;
  }
  if (row.takes_value()) text += ' ';
  return text.append(row.value_name());
}

std::string help_text(Show show) {
  std::string text(kUsage);
  for (const Group group : kGroups) {
    std::string lines;
    for (const OptionRow& row : option_table()) {
      if (row.group == group && shown(row, show)) lines += lines_of(row, show);
    }
    if (lines.empty()) continue;
    if (show == Show::kFull) text += '\n';
    text += capitalised(group_title(group)) + ":\n" + lines;
  }
  return text.append(show == Show::kFull ? kFullEnd : kBriefEnd);
}

std::string option_list() {
  std::string text;
  const auto column = [&text](std::string_view word) {
    if (!text.empty() && text.back() != '\n') text += '\t';
    text.append(word.empty() ? "-" : word);
  };
  for (const OptionRow& row : option_table()) {
    column(capitalised(group_title(row.group)));
    column(row.short_name != '\0' ? std::string{'-', row.short_name} : "");
    column(row.long_name.empty() ? "" : row.name());
    column(row.value_name());
    column(row.choices);
    text += '\n';
  }
  return text;
}

std::string version_text() {
  return "wscope " WSCOPE_VERSION
         "\n"
         "Licence GPL-3.0-or-later; there is no warranty, to the extent permitted by law.\n";
}

}  // namespace wscope::cli
