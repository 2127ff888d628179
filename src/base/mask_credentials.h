// mask_credentials: an HTTP head with its secrets taken out, for traces and records.
//
// The values of Authorization, Proxy-Authorization and Cookie become "…" (their obs-fold
// continuation lines too, RFC 9112 5.2); every other byte stays as it was. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wscope {

std::string mask_credentials(std::string_view head);

}  // namespace wscope
