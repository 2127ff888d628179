// user_info: where "user:password" stands in a URL as it was typed, so that it is shown nowhere.
//
// A password may hold what ends an authority (RFC 3986 3.2) and should have been percent-encoded:
// "ws://u:pa/ss@host". Where what would be host and port can't be one, all up to the last '@' is
// taken for user info. Nothing is judged here: net/url.h does that. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wscope {

/// From `begin` to `end`, which is past the '@'; the same where there is none.
struct UserInfo {
  std::size_t begin = 0;
  std::size_t end = 0;
};

UserInfo find_user_info(std::string_view url);

/// "ws://host/path" of "ws://user:password@host/path".
std::string without_user_info(std::string_view url);

}  // namespace wscope
