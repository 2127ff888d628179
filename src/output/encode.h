// Hex and base64 (RFC 4648 section 4) of bytes, appended to a string.
#pragma once

#include <string>
#include <string_view>

namespace wscope::output {

void append_hex(std::string& out, std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);

}  // namespace wscope::output
