#include "base/url_scheme.h"

#include <algorithm>

#include "base/ascii.h"

namespace wscope {
namespace {

bool is_scheme_char(char c) {
  return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
}

}  // namespace

std::size_t scheme_length(std::string_view url) {
  if (url.empty() || !is_letter(url.front())) return 0;
  const auto end = std::find_if_not(url.begin(), url.end(), is_scheme_char);
  return end != url.end() && *end == ':' ? static_cast<std::size_t>(end - url.begin()) : 0;
}

}  // namespace wscope
