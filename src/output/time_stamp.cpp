#include "output/time_stamp.h"

#include <fmt/format.h>

#include <iterator>

namespace wscope::output {
namespace {

struct WallTime {
  std::time_t second = 0;
  int milliseconds = 0;
};

WallTime split(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds);
  return {std::chrono::system_clock::to_time_t(seconds), static_cast<int>(rest.count())};
}

void append_fraction(std::string& out, int milliseconds) {
  out += '.';
  out += static_cast<char>('0' + milliseconds / 100);
  out += static_cast<char>('0' + milliseconds / 10 % 10);
  out += static_cast<char>('0' + milliseconds % 10);
}

}  // namespace

void UtcFormatter::append(std::string& out, std::chrono::system_clock::time_point time) {
  const WallTime wall = split(time);
  if (wall.second != second_) {
    std::tm parts{};
    ::gmtime_r(&wall.second, &parts);
    second_ = wall.second;
    text_ = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900,
                        parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  }
  out += text_;
  append_fraction(out, wall.milliseconds);
  out += 'Z';
}

void TimeStamper::append(std::string& out) {
  const double now = clock_.seconds();
  switch (kind_) {
    case Timestamps::kNone:
      return;
    case Timestamps::kLocal:
      append_local(out);
      break;
    case Timestamps::kUtc:
      utc_.append(out, clock_.wall());
      break;
    case Timestamps::kRelative:
      fmt::format_to(std::back_inserter(out), "{:8.3f}", now);
      break;
    case Timestamps::kDelta:
      fmt::format_to(std::back_inserter(out), "{:>8}", fmt::format("+{:.3f}", now - last_));
      break;
  }
  out += ' ';
  last_ = now;
}

void TimeStamper::append_local(std::string& out) {
  const WallTime wall = split(clock_.wall());
  if (wall.second != local_second_) {
    std::tm parts{};
    ::localtime_r(&wall.second, &parts);
    local_second_ = wall.second;
    local_text_ = fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
  }
  out += local_text_;
  append_fraction(out, wall.milliseconds);
}

}  // namespace wscope::output
