// mask_credentials: which fields of an HTTP head are secrets, and a head or a value without them.
//
// Masked, a value becomes "…"; that of Set-Cookie keeps the cookie's name and its attributes
// (RFC 6265 5.2), that of Location all but a user and a password. A head's obs-fold continuation
// lines (RFC 9112 5.2) are masked, too; every other byte stays as it was. What an application made
// up (X-Api-Key) is shown in a head, as it was on the wire; what is handed on or kept (archives,
// refusals, configuration files) is read more strictly. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wscope {

/// Authorization, Proxy-Authorization, Cookie, Set-Cookie, and the usual names of API keys.
bool carries_credentials(std::string_view field_name);

/// One field's value, without white space around it. A cookie without a name is masked whole.
std::string masked_value(std::string_view field_name, std::string_view value);

/// All of a head, masked field by field.
std::string mask_credentials(std::string_view head);
/// The same for what is kept: whatever carries_credentials() names.
std::string mask_for_keeping(std::string_view head);

}  // namespace wscope
