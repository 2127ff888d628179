// Names of close codes (RFC 6455 7.4.1 and IANA's WebSocket Close Code Number Registry).
#pragma once

#include <cstdint>
#include <string_view>

namespace wscope {

/// "normal", "going away", "protocol error"; "private use" (4000–4999), "registered" (3000–3999),
/// "unknown" otherwise.
std::string_view close_code_name(std::uint16_t code);

}  // namespace wscope
