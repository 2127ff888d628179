// Admission: which requests a listening wscope lets in, and what the others are told.
//
// Pure. nullopt: upgrade. Else the reply: 401 with a challenge (RFC 9110 11.6.1), 403 for an origin
// that is not allowed (RFC 6455 10.2), 404 for another path, 503 when full, 426 for a plain request
// (RFC 9110 15.5.22) but for GET or HEAD, which gets a page that connects back. A path is compared
// without its query.
#pragma once

#include <cstddef>
#include <optional>

#include "base/options.h"
#include "ws/engine.h"

namespace wscope::session {

std::optional<ws::ServerReply> refuse_client(const Options& options,
                                             const ws::ServerRequest& request,
                                             std::size_t clients_before);

/// 503 (RFC 9110 15.6.4).
ws::ServerReply full_house();

}  // namespace wscope::session
