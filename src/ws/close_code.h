// Close codes: numbers, names, and which may be sent or received (RFC 6455 7.4, IANA registry).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wscope::ws {

constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseGoingAway = 1001;
constexpr std::uint16_t kCloseProtocolError = 1002;
constexpr std::uint16_t kCloseUnsupportedData = 1003;
constexpr std::uint16_t kCloseNoStatus = 1005;  // never on the wire
constexpr std::uint16_t kCloseAbnormal = 1006;  // never on the wire
constexpr std::uint16_t kCloseInvalidPayload = 1007;
constexpr std::uint16_t kClosePolicy = 1008;
constexpr std::uint16_t kCloseTooBig = 1009;
constexpr std::uint16_t kCloseMandatoryExtension = 1010;
constexpr std::uint16_t kCloseInternalError = 1011;

/// "normal", "going away", "protocol error"; "private use" (4000–4999), "registered" (3000–3999),
/// "unknown" otherwise.
std::string_view close_code_name(std::uint16_t code);
/// "going-away" or "going away" or "1001" → 1001; nothing for a name nobody knows.
std::optional<std::uint16_t> close_code_from_word(std::string_view word);
/// May stand in a Close frame at all: 1000–1003, 1007–1014, 3000–4999 (RFC 6455 7.4.1, IANA).
bool close_code_valid_on_wire(std::uint16_t code);
/// Empty when a client may send it; else why not ("1006 is reserved: it says that no Close came").
std::string why_not_sendable(std::uint16_t code);

}  // namespace wscope::ws
