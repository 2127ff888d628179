// The environment of a command of --exec: ours, and WSCOPE_* about its connection.
//
// Pure. Each entry is "NAME=value". A request's headers become WSCOPE_HEADER_<NAME>, in capitals
// and with '_' for '-' (RFC 3875 4.1.18 without its HTTP_, so that no client can set HTTP_PROXY);
// a header whose name has other letters than A-Z a-z 0-9 '-' is left out, values of one name are
// joined by ", ". WSCOPE_* of a wscope around this one never reach the command.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/event_sink.h"
#include "ws/engine.h"

namespace wscope::session {

using Environment = std::vector<std::string>;

/// For the command of a client: what on_opened() tells.
Environment environment_of(const Opened& opened);

/// What a server knows of one of its clients.
struct ServedFacts {
  std::size_t number = 0;
  std::string_view url;  // as the client asked for it
  std::string_view subprotocol;
  std::string_view local_address;
  std::string_view peer_address;
};
Environment environment_of(const ServedFacts& facts, const ws::ServerRequest& request);

/// `inherited` without the names that are told of a connection, then `own`.
Environment joined_environment(const char* const* inherited, const Environment& own);

}  // namespace wscope::session
