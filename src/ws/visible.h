// Untrusted bytes made safe to show: what a server sends can never drive the terminal.
//
// visible() keeps printable UTF-8, newline and tab; everything else (C0, DEL, C1, bidi controls,
// line separators, bytes that are no UTF-8) becomes \xNN for each byte. quoted() is for one line of
// an error message: in double quotes, \n \r \t \" \\ as in C. Both cut after `limit` bytes with
// "…". Pure, nothing fails; the result is valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wscope::ws {

std::string visible(std::string_view bytes, std::size_t limit = std::string_view::npos);
std::string quoted(std::string_view bytes, std::size_t limit = 64);

}  // namespace wscope::ws
