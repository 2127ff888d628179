// Base64 (RFC 4648 section 4, padded) ↔ bytes. Pure; what is not Base64 decodes to nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wscope::dialect {

std::string base64_of(std::string_view bytes);
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace wscope::dialect
