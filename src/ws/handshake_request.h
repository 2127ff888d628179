// The opening request (RFC 6455 4.1), written by us: order, case and duplicates as given.
//
// write_request returns the head's bytes. -H follows curl: "Name: value" adds or, for a header that
// wscope itself would send, replaces it in its place; "Name:" removes it; "Name;" sends it empty.
// Headers that the protocol needs (Upgrade, Connection, Sec-WebSocket-Key, Sec-WebSocket-Version)
// may be replaced or removed too: this is a debugging tool. CR, LF and NUL in any part are refused,
// a name must be a token (RFC 9110 5.6.2): Stage::kUsage.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/options.h"
#include "ws/deflate_parameters.h"

namespace wscope::ws {

struct HandshakeRequest {
  std::string head;                       // the bytes to send, ending in an empty line
  std::string key;                        // Sec-WebSocket-Key as sent
  std::vector<std::string> subprotocols;  // as asked for (-s and -H Sec-WebSocket-Protocol)
  std::optional<DeflateOffer> deflate;    // as offered
  std::string extensions;                 // all that were offered: Sec-WebSocket-Extensions
};

struct RequestTarget {
  std::string resource;             // "/chat?x=1"
  std::string authority;            // Host header
  std::optional<std::string> user;  // Basic authentication from the URL
  std::string password;
};

/// `nonce` is 16 random bytes (RFC 6455 4.1: Sec-WebSocket-Key).
Result<HandshakeRequest> write_request(const RequestTarget& target, const HandshakeOptions& options,
                                       const std::optional<DeflateOffer>& deflate,
                                       std::string_view nonce);

/// Sec-WebSocket-Accept for a key (RFC 6455 4.2.2).
std::string accept_for_key(std::string_view key);

}  // namespace wscope::ws
