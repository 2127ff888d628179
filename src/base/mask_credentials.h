// mask_credentials: which fields of an HTTP head are secrets, and a head without them.
//
// For traces, records and archives, refusals as they are shown, configuration files. Masked, the
// values become "…" (their obs-fold continuation lines too, RFC 9112 5.2); every other byte stays
// as it was. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wscope {

/// Authorization, Proxy-Authorization, Cookie, Set-Cookie, and the usual names of API keys.
bool carries_credentials(std::string_view field_name);

std::string mask_credentials(std::string_view head);

}  // namespace wscope
