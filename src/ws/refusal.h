// Refusal: what a person is told when a server does not upgrade (RFC 9110 15, RFC 6455 4.2.2).
//
// A response head, its body as far as it came and what was asked turn into an Error of
// Stage::kHandshake: message, hint by status, and a `detail` of status line, the headers that
// matter and the body. All of it goes to a terminal: whatever came from the network is escaped,
// values of cookies and what a Location has of a user are left out. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "ws/handshake_request.h"
#include "ws/response_head.h"

namespace wscope::ws {

/// `note` closes the detail where the body is not whole ("cut at 16 KiB"); may be empty.
Error explain_refusal(const HandshakeRequest& request, const ResponseHead& head,
                      std::string_view body, std::string_view note);
/// Status line and those of the headers that tell why, in the order they came.
std::string telling_headers(const ResponseHead& head);

}  // namespace wscope::ws
