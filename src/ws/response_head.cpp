#include "ws/response_head.h"

#include "base/escape.h"
#include "ws/http_field.h"

namespace wscope::ws {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

tl::unexpected<Error> malformed(std::string_view what, std::string_view line) {
  return fail(Stage::kHandshake, "the server's response head is malformed: " + std::string(what) +
                                     (line.empty() ? "" : ": " + quoted(line)));
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
    const auto line = next_head_line(rest);
    if (!line) return malformed("it has no empty line at its end", {});
    if (const auto wrong = fault_of_line(*line); !wrong.empty()) return malformed(wrong, *line);
    if (first) {
      if (!parse_status_line(*line, head)) return malformed("no HTTP status line", *line);
      first = false;
    } else if (line->empty()) {
      break;
    } else if (const auto wrong_field = fault_of_field(*line); !wrong_field.empty()) {
      return malformed(wrong_field, *line);
    } else {
      const std::size_t colon = line->find(':');
      head.headers.emplace_back(std::string(line->substr(0, colon)),
                                std::string(trim_ows(line->substr(colon + 1))));
    }
  }
  if (!rest.empty()) return malformed("bytes after its empty line", rest);
  return head;
}

}  // namespace wscope::ws
