// Two payloads that should be the same → in words, where they part.
//
// For scripts and replays. What came is untrusted bytes: summaries quote it shortened, main escapes
// details. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/script_json.h"

namespace wscope::session {

/// "they differ from byte 17 on": for messages too long to be compared by eye.
std::string where_they_part(std::string_view expected, std::string_view came);
/// "/a/b: expected 1, came 2, and 3 more"; `differences` holds one at least.
std::string json_summary(const std::vector<JsonDifference>& differences);
/// Lines of pointers, `- expected` and `+ came`, without the last newline.
std::string json_diff(const std::vector<JsonDifference>& differences);

}  // namespace wscope::session
