#include <algorithm>

#include "ws/engine.h"
#include "ws/http_field.h"

namespace wscope::ws {

std::string ServerRequest::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto colon = line.find(':');
    if (colon != line.npos && equal_ignoring_case(trim_ows(line.substr(0, colon)), name)) {
      return std::string(trim_ows(line.substr(colon + 1)));
    }
  }
  return {};
}

}  // namespace wscope::ws
