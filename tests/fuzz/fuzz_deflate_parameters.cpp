// permessage-deflate parameters: as --deflate, as a server's answer, as a client's offer and as an
// offer by hand. What is agreed must be within RFC 7692 and within what both sides said.
//
// Input: one byte that picks our own parameters, then the text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/escape.h"
#include "ws/deflate_parameters.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

DeflateOffer ours_for(std::uint8_t choice) {
  DeflateOffer ours;
  ours.server_no_context_takeover = (choice & 1U) != 0;
  ours.client_no_context_takeover = (choice & 2U) != 0;
  ours.offer_client_max_window_bits = (choice & 4U) == 0;
  if ((choice & 8U) != 0) ours.server_max_window_bits = 8 + (choice >> 5U);
  if ((choice & 16U) != 0 && ours.offer_client_max_window_bits) {
    ours.client_max_window_bits = 8 + (choice >> 5U);
  }
  return ours;
}

void require_sound(const DeflateAgreement& agreement) {
  require(agreement.own_window_bits >= 8 && agreement.own_window_bits <= 15);
  require(agreement.peer_window_bits >= 8 && agreement.peer_window_bits <= 15);
}

void require_safe(const Error& error) {
  require(escaped(error.message) == error.message);
  require(error.message.find('\n') == std::string::npos && error.message.size() < 1000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const DeflateOffer ours = ours_for(data[0]);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  if (const auto offer = parse_deflate_option(text)) {
    // What we offer, any server can answer, and we take the answer.
    const auto answer = answer_deflate_offer(offer_header(*offer), ours);
    require(answer.has_value());
    const auto agreement = accept_deflate_answer(*offer, answer->header);
    require(agreement && agreement->has_value());
    require((*agreement)->own_window_bits <= answer->agreement.peer_window_bits);
    require(answer->agreement.own_window_bits <= (*agreement)->peer_window_bits);
  } else {
    require(offer.error().stage == Stage::kUsage);
    require_safe(offer.error());
  }

  const auto agreement = accept_deflate_answer(ours, text);
  if (!agreement) {
    require(agreement.error().stage == Stage::kHandshake);
    require_safe(agreement.error());
  } else if (*agreement) {
    require_sound(**agreement);
    if (ours.client_max_window_bits) {
      require((*agreement)->own_window_bits <= *ours.client_max_window_bits);
    }
    if (ours.server_max_window_bits) {
      require((*agreement)->peer_window_bits <= *ours.server_max_window_bits);
    }
    require(!ours.server_no_context_takeover || (*agreement)->peer_no_context_takeover);
  }

  if (const auto answer = answer_deflate_offer(text, ours)) {
    require_sound(answer->agreement);
    // Whoever wrote the offer must be able to take our answer.
    const auto offer = offer_from_header(text, ours);
    require(offer.has_value());
    const auto taken = accept_deflate_answer(*offer, answer->header);
    require(taken && taken->has_value());
  }
  return 0;
}
