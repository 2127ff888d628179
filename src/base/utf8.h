// UTF-8 validation of a whole text (RFC 3629; RFC 6455 8.1 asks it of every text message).
//
// Pure functions on bytes, any thread. Overlong forms, surrogates and code points above U+10FFFF
// are invalid. first_invalid_utf8 is for error messages; is_valid_utf8 is the one on hot paths.
#pragma once

#include <cstddef>
#include <string_view>

namespace wscope {

bool is_valid_utf8(std::string_view text);

/// Offset of the first byte of the first ill-formed sequence; npos when there is none.
std::size_t first_invalid_utf8(std::string_view text);

}  // namespace wscope
