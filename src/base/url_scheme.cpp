#include "base/url_scheme.h"

#include <algorithm>

namespace wscope {
namespace {

// ASCII, whatever the locale.
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_char(char c) {
  return is_alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

}  // namespace

std::size_t scheme_length(std::string_view url) {
  if (url.empty() || !is_alpha(url.front())) return 0;
  const auto end = std::find_if_not(url.begin(), url.end(), is_scheme_char);
  return end != url.end() && *end == ':' ? static_cast<std::size_t>(end - url.begin()) : 0;
}

}  // namespace wscope
