#include "base/mask_credentials.h"

#include <algorithm>
#include <iterator>

#include "base/ascii.h"
#include "base/http_field.h"
#include "base/user_info.h"

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

/// "name=…; Path=/": what stands behind the first ';' are attributes (RFC 6265 5.2).
std::string masked_cookie(std::string_view value) {
  const std::size_t end = std::min(value.find(';'), value.size());
  const std::size_t equals = value.substr(0, end).find('=');
  // Without a name all is the value, and attributes are told from a part of it no more.
  if (equals == std::string_view::npos || equals == 0) return "…";
  return std::string(value.substr(0, equals)).append("=…").append(value.substr(end));
}

/// "ws://…@host/" of "ws://user:password@host/".
std::string masked_url(std::string_view url) {
  const UserInfo info = find_user_info(url);
  if (info.begin == info.end) return std::string(url);
  return std::string(url.substr(0, info.begin)).append("…@").append(url.substr(info.end));
}

using MaskedValue = std::string (*)(std::string_view field_name, std::string_view value);

std::string kept_value(std::string_view field_name, std::string_view value) {
  const bool cookie = equal_ignoring_case(field_name, "Set-Cookie");
  if (value.empty() || cookie || !carries_credentials(field_name)) {
    return masked_value(field_name, value);
  }
  return "…";
}

std::string masked_head(std::string_view head, MaskedValue masked_value_of) {
  std::string masked;
  masked.reserve(head.size());
  std::string_view name;  // of the field that the line belongs to
  while (!head.empty()) {
    const auto newline = head.find('\n');
    const auto size = newline == std::string_view::npos ? head.size() : newline + 1;
    const std::string_view line = head.substr(0, size);
    head.remove_prefix(size);
    const auto end = line.find_last_not_of("\r\n");
    const std::string_view text = line.substr(0, end == std::string_view::npos ? 0 : end + 1);
    // A line that begins with white space continues the value before it, secret or not.
    const bool continues = !text.empty() && (text.front() == ' ' || text.front() == '\t');
    const auto colon = text.find(':');
    if (!continues) {
      name = colon == std::string_view::npos ? "" : trim_ows(text.substr(0, colon));
    }
    if (name.empty()) {
      masked.append(line);
      continue;
    }
    const std::string_view before = text.substr(0, continues ? 1 : colon + 1);
    const std::string_view value = trim_ows(text.substr(before.size()));
    // Of a cookie that goes on there is no telling what belongs to its value.
    const bool rest_of_cookie = continues && equal_ignoring_case(name, "Set-Cookie");
    const std::string shown = rest_of_cookie ? "…" : masked_value_of(name, value);
    if (shown == value) {
      masked.append(line);
    } else {
      masked.append(before).append(continues ? "" : " ").append(shown);
      masked.append(line.substr(text.size()));
    }
  }
  return masked;
}

}  // namespace

bool carries_credentials(std::string_view field_name) {
  return is_one_of(kOfRequests, field_name) || is_one_of(kOthers, field_name);
}

std::string masked_value(std::string_view field_name, std::string_view value) {
  if (value.empty()) return {};
  if (is_one_of(kOfRequests, field_name)) return "…";
  if (equal_ignoring_case(field_name, "Set-Cookie")) return masked_cookie(value);
  if (equal_ignoring_case(field_name, "Location")) return masked_url(value);
  return std::string(value);
}

std::string mask_credentials(std::string_view head) { return masked_head(head, masked_value); }

std::string mask_for_keeping(std::string_view head) { return masked_head(head, kept_value); }

}  // namespace wscope
