// Sec-WebSocket-Extensions as values (RFC 6455 9.1): names with their parameters, in order.
//
// A header's text (several headers joined by ", ") turns into a list; quoted values are unquoted
// and must then be tokens. Pure. What the grammar does not allow is told in words that quote it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace wscope::ws {

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;
};

struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

tl::expected<std::vector<Extension>, std::string> parse_extension_list(std::string_view text);

}  // namespace wscope::ws
