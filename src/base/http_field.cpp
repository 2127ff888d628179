#include "base/http_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "base/ascii.h"

namespace wscope {
namespace {

bool is_ows(char c) { return c == ' ' || c == '\t'; }

/// Of the next field of that name, its value; `rest` is what follows it.
std::optional<std::string_view> next_value(std::string_view& rest, std::string_view name) {
  while (const auto line = next_head_line(rest)) {
    const std::size_t colon = line->find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line->substr(0, colon), name)) {
      return trim_ows(line->substr(colon + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_token_char(char c) {
  if (is_digit(c) || is_letter(c)) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view header_name(std::string_view header) {
  return trim_ows(header.substr(0, header.find_first_of(":;")));
}

std::vector<std::string_view> split_list(std::string_view value) {
  std::vector<std::string_view> elements;
  while (true) {
    const std::size_t comma = value.find(',');
    const std::string_view element = trim_ows(value.substr(0, comma));
    if (!element.empty()) elements.push_back(element);
    if (comma == std::string_view::npos) return elements;
    value.remove_prefix(comma + 1);
  }
}

bool list_has(std::string_view value, std::string_view token) {
  const auto elements = split_list(value);
  return std::any_of(elements.begin(), elements.end(), [token](std::string_view element) {
    return equal_ignoring_case(element, token);
  });
}

std::optional<std::string_view> next_head_line(std::string_view& rest) {
  const std::size_t feed = rest.find('\n');
  if (feed == std::string_view::npos) return std::nullopt;
  std::string_view line = rest.substr(0, feed);
  rest.remove_prefix(feed + 1);
  // RFC 9112 2.2: a recipient may take a bare LF for the end of a line.
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::optional<std::string_view> find_field(std::string_view head, std::string_view name) {
  next_head_line(head);
  return next_value(head, name);
}

std::vector<std::string_view> field_list(std::string_view head, std::string_view name) {
  std::vector<std::string_view> list;
  next_head_line(head);
  while (const auto value = next_value(head, name)) {
    const auto elements = split_list(*value);
    list.insert(list.end(), elements.begin(), elements.end());
  }
  return list;
}

bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

// RFC 9110 5.5: CR and NUL are dangerous in a field value; RFC 9112 2.2: a bare CR anywhere is.
std::string_view fault_of_line(std::string_view line) {
  if (line.find('\0') != std::string_view::npos) return "a NUL byte in a line";
  if (line.find('\r') != std::string_view::npos) return "a CR inside a line";
  return {};
}

// RFC 9112 5: field-name ":" OWS field-value OWS.
std::string_view fault_of_field(std::string_view line) {
  if (!line.empty() && is_ows(line.front())) {
    return "a line folded onto the next (obs-fold, RFC 9112 5.2)";
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "a header without a colon";
  const std::string_view name = line.substr(0, colon);
  if (name.empty()) return "a header without a name";
  if (is_ows(name.back())) return "white space before the colon (RFC 9112 5.1)";
  if (!is_token(name)) return "a header name that is not a token";
  return {};
}

std::optional<StatusLine> parse_status_line(std::string_view line) {
  constexpr std::size_t kCode = 9;
  if (line.size() < kCode + 3 || line.substr(0, 5) != "HTTP/") return std::nullopt;
  if (!is_digit(line[5]) || line[6] != '.' || !is_digit(line[7]) || line[8] != ' ') {
    return std::nullopt;
  }
  int status = 0;
  for (const char c : line.substr(kCode, 3)) {
    if (!is_digit(c)) return std::nullopt;
    status = status * 10 + (c - '0');
  }
  const std::string_view rest = line.substr(kCode + 3);
  if (status < 100 || (!rest.empty() && rest.front() != ' ')) return std::nullopt;
  return StatusLine{line[5] - '0', line[7] - '0', status, rest.empty() ? rest : rest.substr(1)};
}

std::optional<std::uint64_t> delay_seconds(std::string_view value, std::uint64_t most) {
  const char* const end = value.data() + value.size();
  if (!is_digits(value)) return std::nullopt;
  std::uint64_t seconds = 0;
  if (std::from_chars(value.data(), end, seconds).ec != std::errc()) return most;
  return std::min(seconds, most);
}

std::string http_date(std::chrono::system_clock::time_point time) {
  const std::time_t second = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  // Not strftime: its names are those of the user's language, once somebody sets the locale.
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday],
                     parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                     parts.tm_min, parts.tm_sec);
}

}  // namespace wscope
