// A line of --input events → an Action.
//
// {"send": TEXT or any JSON} {"binary": BASE64} {"ping": TEXT} {"pong": TEXT}
// {"close": CODE or NAME or null, "reason": TEXT}. JSON that is no string is sent as it is written.
// Pure. What can fail: Error of Stage::kInput, its message without the line's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/action.h"
#include "base/error.h"

namespace wscope::input {

struct InputEvent {
  Action::Kind kind = Action::Kind::kText;
  std::string data;
  std::optional<std::uint16_t> code;
};

Result<InputEvent> parse_input_event(std::string_view line);

}  // namespace wscope::input
