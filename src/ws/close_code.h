// Close codes by the names that code uses (RFC 6455 7.4.1); what they mean: base/close_code.
#pragma once

#include <cstdint>

namespace wscope::ws {

constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseGoingAway = 1001;
constexpr std::uint16_t kCloseProtocolError = 1002;
constexpr std::uint16_t kCloseNoStatus = 1005;  // never on the wire
constexpr std::uint16_t kCloseInvalidPayload = 1007;
constexpr std::uint16_t kCloseTooBig = 1009;
constexpr std::uint16_t kCloseInternalError = 1011;

}  // namespace wscope::ws
