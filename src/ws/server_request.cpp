#include "ws/server_request.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/ascii.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "ws/engine.h"

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

namespace {

/// RFC 9112 3.2: uri-host [ ":" port ], or nothing.
bool is_host(std::string_view value) {
  constexpr std::string_view kInAddress = "0123456789abcdefABCDEF:.vV";
  const auto in_name = [](char c) {  // RFC 3986 3.2.2: reg-name
    return is_token_char(c) ? c != '#' && c != '^' && c != '`' && c != '|'
                            : std::string_view("(),;=").find(c) != std::string_view::npos;
  };
  std::string_view port;
  if (value.substr(0, 1) == "[") {
    const auto end = value.find(']');
    if (end == value.npos || end == 1) return false;
    if (value.substr(1, end - 1).find_first_not_of(kInAddress) != value.npos) return false;
    port = value.substr(end + 1);
  } else {
    const auto colon = std::min(value.find(':'), value.size());
    const std::string_view name = value.substr(0, colon);
    if (!std::all_of(name.begin(), name.end(), in_name)) return false;
    port = value.substr(colon);
  }
  return port.empty() || (port[0] == ':' && (port.size() == 1 || is_digits(port.substr(1))));
}

/// RFC 9112 6.3: where its body ends must not be in doubt.
std::string_view fault_of_lengths(const std::vector<std::string_view>& lengths) {
  for (const std::string_view length : lengths) {
    if (!is_digits(length)) return "a Content-Length that is no number (RFC 9112 6.3)";
    if (length != lengths.front()) return "two Content-Lengths that differ (RFC 9112 6.3)";
  }
  return {};
}

}  // namespace

std::string fault_of_request(std::string_view head) {
  const auto in_line = [](std::string_view fault, std::string_view line) {
    return "its head has " + std::string(fault) + ": " + quoted(line);
  };
  std::string_view rest = head;
  std::size_t hosts = 0;
  std::vector<std::string_view> lengths;
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
    const auto colon = line->find(':');
    const std::string_view name = line->substr(0, colon);
    const std::string_view value = trim_ows(line->substr(colon + 1));
    if (equal_ignoring_case(name, "Host")) {
      ++hosts;
      if (!is_host(value)) return in_line("a Host that is none (RFC 9112 3.2)", *line);
    } else if (equal_ignoring_case(name, "Content-Length")) {
      if (value.empty()) lengths.push_back(value);
      for (const std::string_view length : split_list(value)) lengths.push_back(length);
      if (const auto fault = fault_of_lengths(lengths); !fault.empty())
        return in_line(fault, *line);
    }
  }
  return hosts > 1 ? "it has more than one Host (RFC 9112 3.2)" : "";
}

std::string origin_form(std::string_view target) {
  const auto scheme = target.find("://");
  if (scheme == target.npos || target.find_first_of("/?") < scheme) return std::string(target);
  const auto path = target.find_first_of("/?", scheme + 3);
  if (path == target.npos) return "/";
  const std::string_view rest = target.substr(path);
  return rest.front() == '?' ? std::string("/").append(rest) : std::string(rest);
}

}  // namespace wscope::ws
