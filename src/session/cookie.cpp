#include "session/cookie.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "base/ascii.h"
#include "base/http_field.h"

namespace wscope::session {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kMostBytes = 4096;  // RFC 6265 6.1, of name and value

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range && end == text.data() + text.size()) {
    return text.front() == '-' ? -kNever : kNever;
  }
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// RFC 6265 5.1.3.
bool domain_matches(std::string_view host, std::string_view domain, bool is_address) {
  if (host == domain) return true;
  return !is_address && host.size() > domain.size() &&
         host.substr(host.size() - domain.size()) == domain &&
         host[host.size() - domain.size() - 1] == '.';
}

std::string_view path_of(const net::Url& url) {
  return std::string_view(url.resource).substr(0, url.resource.find('?'));
}

/// RFC 6265 5.1.4.
std::string default_path(const net::Url& url) {
  const std::string_view path = path_of(url);
  const std::size_t last = path.rfind('/');
  return last == 0 || last == std::string_view::npos ? "/" : std::string(path.substr(0, last));
}

bool path_matches(std::string_view path, std::string_view wanted) {
  if (path.substr(0, wanted.size()) != wanted) return false;
  return path.size() == wanted.size() || wanted.back() == '/' || path[wanted.size()] == '/';
}

/// Days from 1970-01-01 in the Gregorian calendar.
std::int64_t days_since_epoch(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/// The leading digits of a token, `least` to `most` of them and no digit behind.
std::optional<std::int64_t> digits(std::string_view token, std::size_t least, std::size_t most) {
  const std::size_t count = std::min(token.find_first_not_of("0123456789"), token.size());
  if (count < least || count > most) return std::nullopt;
  return number(token.substr(0, count));
}

struct DateParts {
  std::optional<std::int64_t> time, day, month, year;

  void take(std::string_view token);
  static std::optional<std::int64_t> clock(std::string_view token);
};

std::optional<std::int64_t> DateParts::clock(std::string_view token) {
  std::int64_t seconds = 0;
  for (int field = 0; field < 3; ++field) {
    const auto value = digits(token, 1, 2);
    const std::size_t colon = token.find(':');
    if (!value || *value > (field == 0 ? 23 : 59)) return std::nullopt;
    if (field < 2 && (colon == std::string_view::npos || colon > 2)) return std::nullopt;
    seconds = seconds * 60 + *value;
    token.remove_prefix(std::min(colon, token.size() - 1) + 1);
  }
  return seconds;
}

void DateParts::take(std::string_view token) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (!time && (time = clock(token))) return;
  if (!day && (day = digits(token, 1, 2))) return;
  if (!month && token.size() >= 3) {
    const std::size_t at = kMonths.find(lower_case(token.substr(0, 3)));
    if (at != std::string_view::npos && at % 3 == 0) {
      month = static_cast<std::int64_t>(at / 3 + 1);
      return;
    }
  }
  if (!year) year = digits(token, 2, 4);
}

struct Attribute {
  std::string name;  // lower case
  std::string_view value;
};

Attribute attribute_of(std::string_view part) {
  const std::size_t equals = std::min(part.find('='), part.size());
  return {lower_case(trim_ows(part.substr(0, equals))),
          trim_ows(part.substr(std::min(equals + 1, part.size())))};
}

/// False: the whole cookie has to be ignored.
bool take_attribute(const Attribute& attribute, const net::Url& origin, std::int64_t now,
                    bool& has_age, Cookie& cookie) {
  if (attribute.name == "secure") {
    cookie.secure = true;
  } else if (attribute.name == "path") {
    if (!attribute.value.empty() && attribute.value.front() == '/') cookie.path = attribute.value;
  } else if (attribute.name == "max-age") {
    const auto age = number(attribute.value);
    if (!age) return true;
    has_age = true;
    cookie.expires = *age <= 0 ? 0 : *age > kNever - now ? kNever : now + *age;
  } else if (attribute.name == "expires" && !has_age) {
    if (const auto date = parse_cookie_date(attribute.value)) cookie.expires = date;
  } else if (attribute.name == "domain" && !attribute.value.empty()) {
    std::string domain = lower_case(attribute.value);
    if (domain.front() == '.') domain.erase(0, 1);
    if (!domain_matches(origin.host, domain, origin.is_ip_literal)) return false;
    const bool suffix = domain.find('.') == std::string::npos;
    if (suffix && domain != origin.host) return false;
    cookie.host_only = suffix || origin.is_ip_literal;
    cookie.domain = std::move(domain);
  }
  return true;
}

tl::unexpected<Error> bad_line(std::size_t line, const std::string& why) {
  return fail(Stage::kUsage, fmt::format("bad cookie file, line {}: {}", line, why),
              "--cookie @FILE reads Netscape's format: domain, subdomains, path, secure, expiry, "
              "name and value with tabs between");
}

}  // namespace

std::optional<std::int64_t> parse_cookie_date(std::string_view text) {
  DateParts parts;
  const auto is_delimiter = [](char c) {
    return c == 0x09 || (c >= 0x20 && c <= 0x2f) || (c >= 0x3b && c <= 0x40) ||
           (c >= 0x5b && c <= 0x60) || (c >= 0x7b && c <= 0x7e);
  };
  while (!text.empty()) {
    const auto end = std::find_if(text.begin(), text.end(), is_delimiter);
    const auto size = static_cast<std::size_t>(end - text.begin());
    if (size > 0) parts.take(text.substr(0, size));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  if (!parts.time || !parts.day || !parts.month || !parts.year) return std::nullopt;
  std::int64_t year = *parts.year;
  if (year >= 70 && year <= 99) year += 1900;
  if (year >= 0 && year <= 69) year += 2000;
  if (year < 1601 || *parts.day < 1 || *parts.day > 31) return std::nullopt;
  return days_since_epoch(year, *parts.month, *parts.day) * 86400 + *parts.time;
}

std::optional<Cookie> parse_set_cookie(std::string_view text, const net::Url& origin,
                                       std::int64_t now) {
  std::size_t semicolon = std::min(text.find(';'), text.size());
  const std::string_view pair = text.substr(0, semicolon);
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Cookie cookie;
  cookie.name = trim_ows(pair.substr(0, equals));
  cookie.value = trim_ows(pair.substr(equals + 1));
  if (cookie.name.empty() || cookie.name.size() + cookie.value.size() > kMostBytes ||
      has_control(cookie.name) || has_control(cookie.value)) {
    return std::nullopt;
  }
  cookie.domain = origin.host;
  cookie.path = default_path(origin);
  bool has_age = false;
  while (semicolon < text.size()) {
    text.remove_prefix(semicolon + 1);
    semicolon = std::min(text.find(';'), text.size());
    const Attribute attribute = attribute_of(text.substr(0, semicolon));
    if (!take_attribute(attribute, origin, now, has_age, cookie)) return std::nullopt;
  }
  return cookie;
}

Result<std::vector<Cookie>> read_cookie_file(std::string_view text) {
  static constexpr std::string_view kHttpOnly = "#HttpOnly_";
  std::vector<Cookie> cookies;
  for (std::size_t number_of_line = 1; !text.empty(); ++number_of_line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.substr(0, kHttpOnly.size()) == kHttpOnly) {
      line.remove_prefix(kHttpOnly.size());
    } else if (line.empty() || line.front() == '#') {
      continue;
    }
    std::array<std::string_view, 7> fields;
    std::size_t count = 0;
    for (std::string_view rest = line; count < fields.size(); ++count) {
      const std::size_t tab = count + 1 < fields.size() ? rest.find('\t') : std::string_view::npos;
      fields[count] = rest.substr(0, tab);
      if (tab == std::string_view::npos) {
        ++count;
        break;
      }
      rest.remove_prefix(tab + 1);
    }
    // An empty value at the end of a line loses its tab in many an editor.
    if (count < 6) return bad_line(number_of_line, fmt::format("{} fields instead of 7", count));
    const auto expires = number(fields[4]);
    if (!expires) return bad_line(number_of_line, "the expiry is not a number");
    if (fields[0].empty() || fields[5].empty() || has_control(fields[5]) ||
        has_control(fields[6])) {
      return bad_line(number_of_line, "no domain or no name");
    }
    Cookie cookie;
    cookie.domain = lower_case(fields[0].substr(fields[0].front() == '.' ? 1 : 0));
    cookie.host_only = !equal_ignoring_case(fields[1], "TRUE");
    cookie.path = fields[2].empty() || fields[2].front() != '/' ? "/" : std::string(fields[2]);
    cookie.secure = equal_ignoring_case(fields[3], "TRUE");
    if (*expires != 0) cookie.expires = expires;  // 0: a session's cookie
    cookie.name = fields[5];
    cookie.value = fields[6];
    cookies.push_back(std::move(cookie));
  }
  return cookies;
}

bool cookie_matches(const Cookie& cookie, const net::Url& url, std::int64_t now) {
  if (cookie.expires && *cookie.expires <= now) return false;
  if (cookie.secure && !url.secure) return false;
  if (!path_matches(path_of(url), cookie.path)) return false;
  return cookie.host_only ? url.host == cookie.domain
                          : domain_matches(url.host, cookie.domain, url.is_ip_literal);
}

void CookieJar::add(Cookie cookie) {
  const auto same = std::find_if(cookies_.begin(), cookies_.end(), [&cookie](const Cookie& other) {
    return other.name == cookie.name && other.domain == cookie.domain && other.path == cookie.path;
  });
  if (same != cookies_.end()) {
    *same = std::move(cookie);
  } else {
    if (cookies_.size() >= kMostCookies) cookies_.erase(cookies_.begin());
    cookies_.push_back(std::move(cookie));
  }
}

std::string CookieJar::header(const net::Url& url, std::int64_t now) const {
  std::vector<const Cookie*> chosen;
  for (const Cookie& cookie : cookies_) {
    if (cookie_matches(cookie, url, now)) chosen.push_back(&cookie);
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Cookie* a, const Cookie* b) {
    return a->path.size() > b->path.size();
  });
  std::string header;
  for (const Cookie* cookie : chosen) {
    header += (header.empty() ? "" : "; ") + cookie->name + "=" + cookie->value;
  }
  return header;
}

}  // namespace wscope::session
