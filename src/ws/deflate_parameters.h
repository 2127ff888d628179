// permessage-deflate parameters (RFC 7692 section 7.1): what is offered, answered and agreed.
//
// Pure. parse_deflate_option reads --deflate's value (Stage::kUsage on nonsense); offer_header and
// accept_deflate_answer are the client's half of the negotiation, answer_deflate_offer the
// server's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::ws {

/// What the user asks for.
struct DeflateOffer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;  // 8–15
  /// Offered without a value (we can follow any); with a value where the user gave one. 8–15.
  bool offer_client_max_window_bits = true;
  std::optional<int> client_max_window_bits;
  int level = -1;              // zlib's; -1: zlib's default
  std::size_t threshold = 64;  // bytes; smaller messages are sent uncompressed
};

/// What both sides agreed on; "own" and "peer" seen from this endpoint.
struct DeflateAgreement {
  int own_window_bits = 15;   // we compress with at most this (8: we send uncompressed)
  int peer_window_bits = 15;  // as agreed; we inflate with the largest window all the same
  bool own_no_context_takeover = false;
  bool peer_no_context_takeover = false;
  int level = -1;
  std::size_t threshold = 64;
};

Result<DeflateOffer> parse_deflate_option(std::string_view text);
/// The value of Sec-WebSocket-Extensions in the request.
std::string offer_header(const DeflateOffer& offer);
/// What a hand-written Sec-WebSocket-Extensions offers (-H); of several permessage-deflate offers
/// the union of what a server may answer. Nothing when there is no valid one. Level and threshold
/// are those of `ours`.
std::optional<DeflateOffer> offer_from_header(std::string_view header, const DeflateOffer& ours);
/// The server's answer (all Sec-WebSocket-Extensions values joined by ", ") against our offer.
/// Nothing: no compression agreed. Stage::kHandshake: names the parameter that breaks RFC 7692, an
/// extension that was not offered or that we don't speak, or one that comes twice. `sent`: the
/// request's Sec-WebSocket-Extensions, where it is not that of the offer (-H).
Result<std::optional<DeflateAgreement>> accept_deflate_answer(
    const std::optional<DeflateOffer>& offer, std::string_view answer, std::string_view sent = {});
struct DeflateAnswer {
  DeflateAgreement agreement;
  std::string header;  // value of Sec-WebSocket-Extensions in the response
};
/// The server's side: the first acceptable permessage-deflate offer in the request's header.
std::optional<DeflateAnswer> answer_deflate_offer(std::string_view request_header,
                                                  const DeflateOffer& ours);

}  // namespace wscope::ws
