// Bytes ↔ text: hexadecimal and base64 (RFC 4648 sections 8 and 4).
//
// Pure, any thread. Encoding never fails; base64 comes padded, hexadecimal in lower case. What can
// fail in decoding is told as a phrase that follows the name of the text: "has an odd number of
// hexadecimal digits". Spaces between hexadecimal digits are allowed; the padding of base64 may be
// left out.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace wscope {

void append_hex(std::string& out, std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);
std::string base64_of(std::string_view bytes);

/// The bytes, or what is wrong with the text.
using Decoded = tl::expected<std::string, std::string>;

Decoded decode_hex(std::string_view text);
Decoded decode_base64(std::string_view text);

}  // namespace wscope
