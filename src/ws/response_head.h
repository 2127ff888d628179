// ResponseHead: an HTTP/1.x response head as it was on the wire (RFC 9112), order and case kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace wscope::ws {

struct ResponseHead {
  std::string raw;          // the head's bytes, with the empty line
  std::string status_line;  // without its line end
  int major_version = 1;
  int minor_version = 1;
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;  // names as sent, values trimmed

  /// First value, nothing when absent; name in any case.
  std::optional<std::string> find(std::string_view name) const;
  /// All values of a list header joined by ", " (RFC 9110 5.3).
  std::string joined(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

/// `raw` ends with the empty line (CRLF or bare LF). Stage::kHandshake tells what is wrong, quoting
/// it: no HTTP at all, obs-fold, NUL, a header without colon, white space before the colon …
Result<ResponseHead> parse_response_head(std::string_view raw);

}  // namespace wscope::ws
