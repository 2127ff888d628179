// mask_credentials: which fields of an HTTP head are secrets, and a head without those of a
// request.
//
// A trace and a record show a head as it was on the wire, also Set-Cookie and what an application
// made up; what is handed on or kept (archives, refusals, configuration files) is read more
// strictly. Masked, the values become "…" (their obs-fold continuation lines too, RFC 9112 5.2);
// every other byte stays as it was. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wscope {

/// Authorization, Proxy-Authorization, Cookie, Set-Cookie, and the usual names of API keys.
bool carries_credentials(std::string_view field_name);

/// The values of Authorization, Proxy-Authorization and Cookie.
std::string mask_credentials(std::string_view head);

}  // namespace wscope
