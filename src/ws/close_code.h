// Close codes by the names the protocol's code uses; what they mean stands in base/close_code.
#pragma once

#include <cstdint>

#include "base/close_code.h"

namespace wscope::ws {

using wscope::close_code_from_word;
using wscope::close_code_name;
using wscope::close_code_valid_on_wire;
using wscope::why_not_sendable;

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

}  // namespace wscope::ws
