// The response gate: any bytes in any split lead to the same end as in one piece, what is accepted
// is right by a second look, and nothing that could drive a terminal is in an error.
//
// Input: one byte that picks the request, one the size of the pieces, then the server's bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/escape.h"
#include "ws/response_gate.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

HandshakeRequest request_for(std::uint8_t choice) {
  HandshakeOptions options;
  if ((choice & 1U) != 0) options.subprotocols = {"chat", "v2"};
  DeflateOffer offer;
  offer.server_no_context_takeover = (choice & 2U) != 0;
  if ((choice & 4U) != 0) offer.server_max_window_bits = 10;
  if ((choice & 8U) != 0) offer.client_max_window_bits = 11;
  const bool deflate = (choice & 16U) == 0;
  auto request = write_request({"/", "h", std::nullopt, ""}, options,
                               deflate ? std::optional<DeflateOffer>(offer) : std::nullopt,
                               "the sample nonce");
  require(request.has_value());
  return std::move(*request);
}

ResponseGate fed(const HandshakeRequest& request, std::string_view bytes, std::size_t size) {
  ResponseGate gate(request);
  // As a session does: no more bytes after a failure.
  for (std::size_t i = 0; i < bytes.size(); i += size) {
    if (gate.feed(bytes.substr(i, size)) == ResponseGate::Progress::kFailed) break;
  }
  return gate;
}

void require_safe(const Error& error) {
  for (const std::string* text : {&error.message, &error.hint, &error.detail}) {
    require(escaped(*text) == *text);
  }
  require(error.message.find('\n') == std::string::npos);
  require(error.hint.find('\n') == std::string::npos);
  require(error.message.size() < 2000 && error.hint.size() < 2000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const HandshakeRequest request = request_for(data[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  ResponseGate whole = fed(request, bytes, bytes.size() + 1);
  ResponseGate pieces = fed(request, bytes, data[1] + std::size_t{1});
  const auto end = whole.finish("the peer closed");
  require(end == pieces.finish("the peer closed"));
  require(end != ResponseGate::Progress::kMore);
  require(whole.rest() == pieces.rest());
  require(whole.body() == pieces.body());
  require(whole.body().size() <= 16384);
  require(whole.head().has_value() == pieces.head().has_value());
  if (whole.head()) require(whole.head()->raw == pieces.head()->raw);
  if (end == ResponseGate::Progress::kFailed) {
    require(whole.error().stage == Stage::kHandshake);
    require(!whole.error().message.empty());
    require_safe(whole.error());
    require_safe(pieces.error());
    return 0;
  }
  require(whole.head()->status == 101);
  require(whole.head()->find("sec-websocket-accept") == accept_for_key(request.key));
  require(bytes.substr(bytes.size() - whole.rest().size()) == whole.rest());
  require(!whole.agreed().deflate || request.deflate);
  return 0;
}
