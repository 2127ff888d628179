#include "ws/server_request.h"

#include <cstddef>

#include "base/escape.h"
#include "ws/engine.h"
#include "ws/http_field.h"

namespace wscope::ws {

std::string ServerRequest::header(std::string_view name) const {
  std::string_view rest = head;
  while (const auto line = next_head_line(rest)) {
    const auto colon = line->find(':');
    if (colon != line->npos && equal_ignoring_case(line->substr(0, colon), name)) {
      return std::string(trim_ows(line->substr(colon + 1)));
    }
  }
  return {};
}

std::string fault_of_request(std::string_view head) {
  const auto in_line = [](std::string_view fault, std::string_view line) {
    return "its head has " + std::string(fault) + ": " + quoted(line);
  };
  std::string_view rest = head;
  std::size_t hosts = 0;
  bool first = true;
  while (const auto line = next_head_line(rest)) {
    if (const auto fault = fault_of_line(*line); !fault.empty()) return in_line(fault, *line);
    if (first) {
      first = false;
      const auto target = line->find(' ');
      if (target != line->npos && line->find('#', target) != line->npos) {
        return in_line("a fragment in its target (RFC 9112 3.2)", *line);
      }
      continue;
    }
    if (line->empty()) break;
    if (const auto fault = fault_of_field(*line); !fault.empty()) return in_line(fault, *line);
    hosts += equal_ignoring_case(line->substr(0, line->find(':')), "Host") ? 1 : 0;
  }
  return hosts > 1 ? "it has more than one Host (RFC 9112 3.2)" : "";
}

}  // namespace wscope::ws
