// TimeStamper: the time before a message as -t and --timestamps ask for it, with a blank behind.
//
//   local     10:11:12.345      utc     2026-07-14T08:11:12.345Z
//   relative  "   1.234" seconds since the start      delta  "  +0.012" since the last line
// utc is RFC 3339 with milliseconds; the text of a second is kept, so that a stamp costs a
// few ns in a flood. Loop thread only.
#pragma once

#include <chrono>
#include <ctime>
#include <string>

#include "base/clock.h"
#include "base/options.h"

namespace wscope::output {

/// RFC 3339 in UTC with milliseconds, keeping the text of the last second.
class UtcFormatter {
 public:
  void append(std::string& out, std::chrono::system_clock::time_point time);

 private:
  std::time_t second_ = -1;
  std::string text_;  // "2026-07-14T08:11:12"
};

class TimeStamper {
 public:
  TimeStamper(Timestamps kind, const Clock& clock) : kind_(kind), clock_(clock) {}
  bool enabled() const { return kind_ != Timestamps::kNone; }
  /// The stamp of now; nothing when not enabled.
  void append(std::string& out);
  /// Something happened that is shown without a stamp (a line was typed): deltas count from it.
  void touch() { last_ = clock_.seconds(); }

 private:
  void append_local(std::string& out);

  Timestamps kind_;
  const Clock& clock_;
  double last_ = 0;
  UtcFormatter utc_;
  std::time_t local_second_ = -1;
  std::string local_text_;
};

}  // namespace wscope::output
