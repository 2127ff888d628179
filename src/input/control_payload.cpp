#include "input/control_payload.h"

#include <string>

#include "base/close_code.h"
#include "base/utf8.h"

namespace wscope::input {
namespace {

// RFC 6455 5.5: a control frame carries at most 125 bytes, two of them a Close's code.
constexpr std::size_t kMostPayload = 125;
constexpr std::size_t kMostReason = kMostPayload - 2;

Error refused(std::string message) { return {Stage::kInput, std::move(message), {}, {}}; }

}  // namespace

std::optional<Error> check_ping(std::string_view data) {
  if (data.size() <= kMostPayload) return std::nullopt;
  return refused("a ping or pong carries at most 125 bytes, not " + std::to_string(data.size()) +
                 ": not sent");
}

std::optional<Error> check_close(std::optional<std::uint16_t> code, std::string_view reason) {
  if (code) {
    const std::string why_not = why_not_sendable(*code);
    if (!why_not.empty()) return refused("can't close with that code: " + why_not);
  } else if (!reason.empty()) {
    return refused("a Close without a code carries no reason: not sent");
  }
  if (reason.size() > kMostReason) {
    return refused("the reason of a Close takes at most 123 bytes, not " +
                   std::to_string(reason.size()) + ": not sent");
  }
  // RFC 6455 5.5.1: the reason is UTF-8.
  if (!is_valid_utf8(reason)) return refused("the reason of the Close is not UTF-8: not sent");
  return std::nullopt;
}

}  // namespace wscope::input
