#include "base/mask_credentials.h"

#include <algorithm>
#include <iterator>

#include "base/ascii.h"
#include "base/http_field.h"

namespace wscope {
namespace {

constexpr std::string_view kOfRequests[] = {"Authorization", "Proxy-Authorization", "Cookie"};
constexpr std::string_view kOthers[] = {"Set-Cookie", "X-Api-Key", "Api-Key", "X-Auth-Token"};

template <class Names>
bool is_one_of(const Names& names, std::string_view field_name) {
  return std::any_of(std::begin(names), std::end(names), [field_name](std::string_view name) {
    return equal_ignoring_case(field_name, name);
  });
}

}  // namespace

bool carries_credentials(std::string_view field_name) {
  return is_one_of(kOfRequests, field_name) || is_one_of(kOthers, field_name);
}

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
    in_secret =
        colon != std::string_view::npos && is_one_of(kOfRequests, trim_ows(text.substr(0, colon)));
    if (in_secret && !trim_ows(text.substr(colon + 1)).empty()) {
      masked.append(text.substr(0, colon + 1)).append(" …").append(line_end);
    } else {
      masked.append(line);
    }
  }
  return masked;
}

}  // namespace wscope
