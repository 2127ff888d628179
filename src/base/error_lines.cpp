#include "base/error_lines.h"

#include "base/escape.h"

namespace wscope {

std::string error_lines(const Error& error, bool escape) {
  const auto safe = [escape](const std::string& text) { return escape ? escaped(text) : text; };
  const auto line = [escape](const std::string& text) {
    return escape ? escaped(text, kOneLine) : text;
  };
  std::string lines;
  if (!error.detail.empty()) {
    lines += safe(error.detail);
    if (lines.back() != '\n') lines += '\n';
  }
  if (!error.message.empty()) lines += "wscope: " + line(error.message) + "\n";
  if (!error.hint.empty()) lines += "wscope: hint: " + line(error.hint) + "\n";
  return lines;
}

}  // namespace wscope
