#include "base/error_lines.h"

#include <cstddef>
#include <string_view>

#include "base/escape.h"

namespace wscope {

namespace {

// Of a message or hint that quotes what has no bound, as in a file of one line. The reason tends to
// stand at its end.
constexpr std::size_t kMostHead = 1024;
constexpr std::size_t kMostTail = 512;

std::string shortened(const std::string& text) {
  if (text.size() <= kMostHead + kMostTail) return text;
  std::string_view tail = std::string_view(text).substr(text.size() - kMostTail);
  while (!tail.empty() && (static_cast<unsigned char>(tail.front()) & 0xc0U) == 0x80U) {
    tail.remove_prefix(1);
  }
  return std::string(utf8_prefix(text, kMostHead)).append(" … ").append(tail);
}

}  // namespace

std::string error_lines(const Error& error, bool escape) {
  const auto safe = [escape](const std::string& text) { return escape ? escaped(text) : text; };
  const auto line = [escape](const std::string& text) {
    return escape ? escaped(shortened(text), kOneLine) : shortened(text);
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
