#include "ws/response_head.h"

#include "base/escape.h"
#include "ws/http_field.h"

namespace wscope::ws {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

tl::unexpected<Error> malformed(const std::string& what, std::string_view line) {
  return fail(Stage::kHandshake, "the server's response head is malformed: " + what +
                                     (line.empty() ? "" : ": " + quoted(line)));
}

/// Takes the next line off `rest`, without its end; nothing when no line end is left.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const std::size_t feed = rest.find('\n');
  if (feed == std::string_view::npos) return std::nullopt;
  std::string_view line = rest.substr(0, feed);
  rest.remove_prefix(feed + 1);
  // RFC 9112 2.2: a recipient may take a bare LF for the end of a line.
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// RFC 9110 5.5: CR and NUL are dangerous in a field value; RFC 9112 2.2: a bare CR anywhere is.
std::optional<std::string> forbidden_byte(std::string_view line) {
  if (line.find('\0') != std::string_view::npos) return "a NUL byte in a line";
  if (line.find('\r') != std::string_view::npos) return "a CR inside a line";
  return std::nullopt;
}

/// RFC 9112 4: HTTP-version SP status-code SP [ reason-phrase ]. The last space is often left out
/// together with the reason.
bool parse_status_line(std::string_view line, ResponseHead& head) {
  constexpr std::size_t kCode = 9;
  if (line.size() < kCode + 3 || line.substr(0, 5) != "HTTP/") return false;
  if (!is_digit(line[5]) || line[6] != '.' || !is_digit(line[7]) || line[8] != ' ') return false;
  int status = 0;
  for (std::size_t i = kCode; i < kCode + 3; ++i) {
    if (!is_digit(line[i])) return false;
    status = status * 10 + (line[i] - '0');
  }
  if (status < 100 || (line.size() > kCode + 3 && line[kCode + 3] != ' ')) return false;
  head.status_line = std::string(line);
  head.major_version = line[5] - '0';
  head.minor_version = line[7] - '0';
  head.status = status;
  if (line.size() > kCode + 4) head.reason = std::string(line.substr(kCode + 4));
  return true;
}

/// RFC 9112 5: field-name ":" OWS field-value OWS. Returns what is wrong, "" when all is right.
std::string parse_field(std::string_view line, ResponseHead& head) {
  if (line.front() == ' ' || line.front() == '\t') {
    return "a line folded onto the next (obs-fold, RFC 9112 5.2)";
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "a header without a colon";
  const std::string_view name = line.substr(0, colon);
  if (name.empty()) return "a header without a name";
  if (name.back() == ' ' || name.back() == '\t') {
    return "white space before the colon (RFC 9112 5.1)";
  }
  if (!is_token(name)) return "a header name that is not a token";
  head.headers.emplace_back(std::string(name), std::string(trim_ows(line.substr(colon + 1))));
  return {};
}

}  // namespace

std::optional<std::string> ResponseHead::find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

std::string ResponseHead::joined(std::string_view name) const {
  std::string all;
  bool first = true;
  for (const auto& [key, value] : headers) {
    if (!equal_ignoring_case(key, name)) continue;
    if (!first) all += ", ";
    first = false;
    all += value;
  }
  return all;
}

std::size_t ResponseHead::count(std::string_view name) const {
  std::size_t found = 0;
  for (const auto& header : headers) found += equal_ignoring_case(header.first, name) ? 1 : 0;
  return found;
}

Result<ResponseHead> parse_response_head(std::string_view raw) {
  ResponseHead head;
  head.raw = std::string(raw);
  std::string_view rest = raw;
  bool first = true;
  while (true) {
    const auto line = next_line(rest);
    if (!line) return malformed("it has no empty line at its end", {});
    if (const auto wrong = forbidden_byte(*line)) return malformed(*wrong, *line);
    if (first) {
      if (!parse_status_line(*line, head)) return malformed("no HTTP status line", *line);
      first = false;
    } else if (line->empty()) {
      break;
    } else if (const std::string wrong = parse_field(*line, head); !wrong.empty()) {
      return malformed(wrong, *line);
    }
  }
  if (!rest.empty()) return malformed("bytes after its empty line", rest);
  return head;
}

}  // namespace wscope::ws
