// scheme_length: the scheme at the front of a URL as it was typed (RFC 3986 3.1). Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace wscope {

/// Of "ws" in "ws:rest"; 0 where there is none.
std::size_t scheme_length(std::string_view url);

}  // namespace wscope
