#include "session/command_environment.h"

#include <map>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/http_field.h"

namespace wscope::session {
namespace {

constexpr std::string_view kHeaderPrefix = "WSCOPE_HEADER_";
constexpr std::string_view kNames[] = {
    "WSCOPE_URL",          "WSCOPE_SUBPROTOCOL", "WSCOPE_EXTENSIONS", "WSCOPE_LOCAL_ADDRESS",
    "WSCOPE_PEER_ADDRESS", "WSCOPE_CLIENT",      "WSCOPE_PATH",       "WSCOPE_QUERY"};

std::string entry(std::string_view name, std::string_view value) {
  return std::string(name).append("=").append(value);
}

bool is_ours(std::string_view name) {
  return name.substr(0, kHeaderPrefix.size()) == kHeaderPrefix ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// "X-Request-Id" → "X_REQUEST_ID". A name with '_' would be the same variable as another header.
std::optional<std::string> variable_part(std::string_view header) {
  std::string part;
  for (const char letter : header) {
    if (is_letter(letter) || is_digit(letter)) {
      part += to_upper(letter);
    } else if (letter == '-') {
      part += '_';
    } else {
      return std::nullopt;
    }
  }
  if (part.empty()) return std::nullopt;
  return part;
}

void add_headers(Environment& environment, std::string_view head) {
  std::map<std::string, std::string> headers;
  next_head_line(head);  // the request line
  while (const auto line = next_head_line(head)) {
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = variable_part(line->substr(0, colon));
    if (!name) continue;
    const std::string_view value = trim_ows(line->substr(colon + 1));
    const auto [place, is_new] = headers.try_emplace(*name, value);
    if (!is_new) place->second.append(", ").append(value);
  }
  for (const auto& [name, value] : headers) {
    environment.push_back(entry(std::string(kHeaderPrefix) + name, value));
  }
}

}  // namespace

Environment environment_of(const Opened& opened) {
  return {entry("WSCOPE_URL", opened.url), entry("WSCOPE_SUBPROTOCOL", opened.subprotocol),
          entry("WSCOPE_EXTENSIONS", opened.extensions),
          entry("WSCOPE_LOCAL_ADDRESS", opened.local_address),
          entry("WSCOPE_PEER_ADDRESS", opened.peer_address)};
}

Environment environment_of(const ServedFacts& facts, const ws::ServerRequest& request) {
  const std::string_view target = request.target;
  const std::size_t query = target.find('?');
  Environment environment = {
      entry("WSCOPE_CLIENT", std::to_string(facts.number)),
      entry("WSCOPE_URL", facts.url),
      entry("WSCOPE_PATH", target.substr(0, query)),
      entry("WSCOPE_QUERY",
            query == std::string_view::npos ? std::string_view() : target.substr(query + 1)),
      entry("WSCOPE_SUBPROTOCOL", facts.subprotocol),
      entry("WSCOPE_LOCAL_ADDRESS", facts.local_address),
      entry("WSCOPE_PEER_ADDRESS", facts.peer_address)};
  if (!request.head.empty()) add_headers(environment, request.head);
  return environment;
}

Environment joined_environment(const char* const* inherited, const Environment& own) {
  Environment joined;
  for (; inherited != nullptr && *inherited != nullptr; ++inherited) {
    const std::string_view variable = *inherited;
    if (!is_ours(variable.substr(0, variable.find('=')))) joined.emplace_back(variable);
  }
  joined.insert(joined.end(), own.begin(), own.end());
  return joined;
}

}  // namespace wscope::session
