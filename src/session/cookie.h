// Cookies: what servers set and files hold → the Cookie header of a request (RFC 6265).
//
// parse_set_cookie reads one Set-Cookie value of an answer from `origin` (5.2, 5.3): nothing where
// it has to be ignored. read_cookie_file reads Netscape's format (seven fields a line, tab between;
// #HttpOnly_ before a domain). A CookieJar keeps them, newer ones over older ones of the same name,
// domain and path, and forgets what has expired. No list of public suffixes: a domain without a dot
// is only taken for the host itself. Pure: `now` is seconds since 1970, as in the cookie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/url.h"

namespace wscope::session {

struct Cookie {
  std::string name;
  std::string value;
  std::string domain;  // lower case, no dot in front
  bool host_only = true;
  std::string path = "/";
  bool secure = false;
  std::optional<std::int64_t> expires;
};

std::optional<Cookie> parse_set_cookie(std::string_view text, const net::Url& origin,
                                       std::int64_t now);
/// "Wed, 21 Oct 2015 07:28:00 GMT" and whatever else RFC 6265 5.1.1 takes.
std::optional<std::int64_t> parse_cookie_date(std::string_view text);
/// Stage::kUsage on a line that is no cookie, with its number.
Result<std::vector<Cookie>> read_cookie_file(std::string_view text);
bool cookie_matches(const Cookie& cookie, const net::Url& url, std::int64_t now);

class CookieJar {
 public:
  /// As many as RFC 6265 6.1 asks for; the oldest goes for another.
  static constexpr std::size_t kMostCookies = 3000;

  void add(Cookie cookie);
  /// "a=1; b=2": longer paths first, else in the order they came (5.4); "" for none.
  std::string header(const net::Url& url, std::int64_t now) const;

 private:
  std::vector<Cookie> cookies_;
};

}  // namespace wscope::session
