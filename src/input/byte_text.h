// Bytes written as text: hexadecimal and base64 (RFC 4648 section 4) → the bytes.
//
// Pure. What can fail is told as a phrase that follows the name of the line: "has an odd number of
// hexadecimal digits". Spaces between hexadecimal digits are allowed; the padding of base64 may be
// left out. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace wscope::input {

/// The bytes, or what is wrong with the text.
using Decoded = tl::expected<std::string, std::string>;

Decoded decode_hex(std::string_view text);
Decoded decode_base64(std::string_view text);

}  // namespace wscope::input
