// subprotocol_list: what -s names, as Sec-WebSocket-Protocol has it: "a, b".
//
// Tokens, each of them once (RFC 6455 4.1, item 10); anything else is Stage::kUsage, also for a
// listener, which no client could ask for it. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace wscope::ws {

Result<std::string> subprotocol_list(const std::vector<std::string>& subprotocols);

}  // namespace wscope::ws
