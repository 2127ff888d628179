#include "base/user_info.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/url_scheme.h"

namespace wscope {
namespace {

constexpr std::size_t kMostPortDigits = 5;

/// There '@' is the mark of an abstract name.
bool is_of_unix_socket(std::string_view url) {
  const std::size_t size = scheme_length(url);
  const std::string_view scheme = url.substr(0, size);
  const std::string_view rest = url.substr(size);
  if (equal_ignoring_case(scheme, "unix")) {
    return rest.substr(0, 2) == ":/" || rest.substr(0, 2) == ":@";
  }
  constexpr std::string_view kUnix = "+unix";
  return scheme.size() > kUnix.size() &&
         equal_ignoring_case(scheme.substr(scheme.size() - kUnix.size()), kUnix);
}

/// Past "ws://", also where it was typed with one slash or with three.
std::size_t authority_begin(std::string_view url) {
  const std::size_t size = scheme_length(url);
  const std::string_view mark = size == 0 ? "//" : ":/";
  if (url.substr(size, mark.size()) != mark) return 0;
  return std::min(url.find_first_not_of('/', size + 1), url.size());
}

bool may_be_port(std::string_view text) {
  return text.size() <= kMostPortDigits &&
         (text.empty() || (is_digits(text) && std::stoul(std::string(text)) <= 65535));
}

/// Not too strict, or a path with an '@' behind an odd name would be taken for a password.
bool may_be_host_and_port(std::string_view text) {
  if (text.substr(0, 1) == "[") {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    text.remove_prefix(bracket + 1);
    return text.empty() || (text.front() == ':' && may_be_port(text.substr(1)));
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view host = text.substr(0, colon);
  const bool name = std::all_of(host.begin(), host.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || is_letter(c) || is_digit(c) ||
           std::string_view("-._~%").find(c) != std::string_view::npos;
  });
  return name && (colon == text.size() || may_be_port(text.substr(colon + 1)));
}

}  // namespace

UserInfo find_user_info(std::string_view url) {
  if (is_of_unix_socket(url)) return {};
  const std::size_t begin = authority_begin(url);
  // RFC 6455 3: no fragments, so a '#' before an '@' can only be part of a password.
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  const auto past_last_at = [&](std::size_t limit, std::size_t otherwise) {
    const std::size_t at = url.substr(0, limit).rfind('@');
    return at == std::string_view::npos || at < otherwise ? otherwise : at + 1;
  };
  const std::size_t host = past_last_at(end, begin);
  if (may_be_host_and_port(url.substr(host, end - host))) return {begin, host};
  return {begin, past_last_at(url.size(), host)};
}

std::string without_user_info(std::string_view url) {
  const UserInfo info = find_user_info(url);
  return std::string(url.substr(0, info.begin)).append(url.substr(info.end));
}

}  // namespace wscope
