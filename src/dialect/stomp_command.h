// stomp_command: a typed line → a STOMP command, what it is for, its headers, its text.
//
// `COMMAND TARGET [NAME:VALUE…]`; a destination or a value with blanks stands in quotes, as JSON.
// A SEND has a text, which may begin with anything, so its headers end in `--`:
// `SEND /queue/a receipt:1 -- text`. Nothing of a line is dropped: what can't be understood is
// refused, and so is a text that begins as a header that SENDs have. Pure; any thread. What can
// fail: Stage::kInput, with a hint that shows the way.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace wscope::dialect {

/// In the order of the frame; neither names nor values are escaped.
using StompHeaders = std::vector<std::pair<std::string, std::string>>;

struct StompCommand {
  std::string name;           // in capitals
  std::string target_header;  // "destination", "id" or "transaction"
  std::string target;
  StompHeaders headers;  // those typed; no name comes twice, none is `target_header`
  std::string body;      // SEND
};

Result<StompCommand> stomp_command(std::string_view line);

}  // namespace wscope::dialect
