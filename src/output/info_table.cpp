#include "output/info_table.h"

#include <algorithm>
#include <string_view>

#include "base/escape.h"

namespace wscope::output {
namespace {

constexpr std::string_view kMargin = "  ";
constexpr std::size_t kLeastValue = 12;  // columns; on a narrower terminal values just wrap

/// About as many columns as `room`: up to a blank, else to a whole character.
std::string_view take_line(std::string_view& text, std::size_t room) {
  std::string_view line = text;
  if (text.size() > room) {
    const std::size_t blank = text.rfind(' ', room);
    const bool breaks = blank != std::string_view::npos && blank > 0;
    line = breaks ? text.substr(0, blank) : utf8_prefix(text, room);
  }
  text.remove_prefix(line.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return line;
}

}  // namespace

std::string info_table(const std::vector<InfoRow>& rows, std::size_t columns,
                       const Palette& palette) {
  std::size_t label_width = 0;
  for (const InfoRow& row : rows) label_width = std::max(label_width, row.label.size());
  const std::size_t before = kMargin.size() + label_width + kMargin.size();
  const std::size_t room = std::max(columns, before + kLeastValue) - before;
  std::string lines;
  for (const InfoRow& row : rows) {
    std::string label = row.label;
    const std::string safe = escaped(row.value, kOneLine);
    std::string_view value = safe;
    do {
      label.resize(label_width, ' ');
      lines.append(palette.faint).append(kMargin).append(label).append(palette.reset);
      lines.append(kMargin).append(take_line(value, room)).append("\n");
      label.clear();
    } while (!value.empty());
  }
  return lines;
}

}  // namespace wscope::output
