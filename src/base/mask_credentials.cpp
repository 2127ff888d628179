#include "base/mask_credentials.h"

#include <algorithm>
#include <array>

namespace wscope {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kSecret = {"authorization",
                                                              "proxy-authorization", "cookie"};
  return std::any_of(kSecret.begin(), kSecret.end(), [name](std::string_view secret) {
    return std::equal(name.begin(), name.end(), secret.begin(), secret.end(),
                      [](char a, char b) { return lower(a) == b; });
  });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string mask_credentials(std::string_view head) {
  std::string masked;
  masked.reserve(head.size());
  bool in_secret = false;
  while (!head.empty()) {
    const auto newline = head.find('\n');
    const auto size = newline == std::string_view::npos ? head.size() : newline + 1;
    const std::string_view line = head.substr(0, size);
    head.remove_prefix(size);
    const auto end = line.find_last_not_of("\r\n");
    const std::string_view text = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    const std::string_view line_end = line.substr(text.size());
    // A line that begins with white space continues the value before it, secret or not.
    const bool continues = !text.empty() && (text.front() == ' ' || text.front() == '\t');
    if (continues && in_secret) {
      masked.append(text.substr(0, 1)).append("…").append(line_end);
      continue;
    }
    const auto colon = text.find(':');
    in_secret = colon != std::string_view::npos && is_secret(trim(text.substr(0, colon)));
    if (in_secret && !trim(text.substr(colon + 1)).empty()) {
      masked.append(text.substr(0, colon + 1)).append(" …").append(line_end);
    } else {
      masked.append(line);
    }
  }
  return masked;
}

}  // namespace wscope
