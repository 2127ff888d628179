// What ping, pong and Close may carry (RFC 6455 5.5, 7.4): nothing, or why it can't be sent.
//
// Pure; Error of Stage::kInput.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace wscope::input {

std::optional<Error> check_ping(std::string_view data);
std::optional<Error> check_close(std::optional<std::uint16_t> code, std::string_view reason);

}  // namespace wscope::input
