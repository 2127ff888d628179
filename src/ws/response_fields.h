// -H of a listening wscope: fields that the user adds to the 101 (RFC 6455 4.2.2).
//
// response_fields reads them. A server has nothing of its own to leave out, so the forms that
// remove a header or send it empty are refused, and so are those that the handshake itself answers
// with: Stage::kUsage. Order, case and duplicates stay as given. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace wscope::ws {

using ResponseFields = std::vector<std::pair<std::string, std::string>>;  // name, value

Result<ResponseFields> response_fields(const std::vector<std::string>& headers);

/// `head` ends with its empty line. One that has such a field already (Server) gets the given ones
/// in its place, the others come last.
std::string add_fields(std::string_view head, const ResponseFields& fields);

}  // namespace wscope::ws
