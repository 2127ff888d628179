#include "ws/response_head.h"

#include "base/ascii.h"
#include "base/escape.h"
#include "base/http_field.h"

namespace wscope::ws {
namespace {

tl::unexpected<Error> malformed(std::string_view what, std::string_view line) {
  return fail(Stage::kHandshake, "the server's response head is malformed: " + std::string(what) +
                                     (line.empty() ? "" : ": " + quoted(line)));
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
      const auto status_line = parse_status_line(*line);
      if (!status_line) return malformed("no HTTP status line", *line);
      head.status_line = *line;
      head.major_version = status_line->major_version;
      head.minor_version = status_line->minor_version;
      head.status = status_line->status;
      head.reason = status_line->reason;
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
