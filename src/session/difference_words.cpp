#include "session/difference_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/escape.h"

namespace wscope::session {

std::string where_they_part(std::string_view expected, std::string_view came) {
  const auto shared = std::min(expected.size(), came.size());
  const auto* const part =
      std::mismatch(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(shared),
                    came.begin())
          .first;
  return fmt::format("they differ from byte {} on", part - expected.begin());
}

std::string json_summary(const std::vector<JsonDifference>& differences) {
  const auto& first = differences.front();
  const std::string place = first.pointer.empty() ? "" : printable(first.pointer) + ": ";
  std::string out;
  if (first.came.empty()) {
    out = place + "expected " + first.expected + ", it is missing";
  } else if (first.expected.empty()) {
    out = place + "came " + first.came + ", nothing was expected there";
  } else {
    out = place + "expected " + first.expected + ", came " + first.came;
  }
  if (differences.size() > 1) out += fmt::format(", and {} more", differences.size() - 1);
  return out;
}

std::string json_diff(const std::vector<JsonDifference>& differences) {
  std::string out;
  for (const auto& difference : differences) {
    if (!out.empty()) out += '\n';
    out +=
        "  " + (difference.pointer.empty() ? "(the whole)" : printable(difference.pointer)) + "\n";
    out += "    - " + (difference.expected.empty() ? "(nothing)" : difference.expected) + "\n";
    out += "    + " + (difference.came.empty() ? "(missing)" : difference.came);
  }
  return out;
}

}  // namespace wscope::session
