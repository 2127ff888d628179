#include "output/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace wscope::output {
namespace {

constexpr double kMemory = 2;  // seconds after which an old rate counts for a third
constexpr double kMostSeconds = 359999;

double smoothed(double before, double now, double seconds) {
  const double weight = 1 - std::exp(-seconds / kMemory);
  return before + weight * (now - before);
}

std::uint64_t moved(const Totals& totals) { return totals.bytes_sent + totals.bytes_received; }

struct Part {
  std::string text;
  int rank;  // what has the highest goes first where there is no room
};

}  // namespace

void Progress::take(const ProgressSample& sample) {
  const double step = sample.seconds - last_.seconds;
  if (!begun_) {
    begun_ = true;
    busy_since_ = moved_at_ = sample.seconds;
  } else if (step > 0) {
    const double bytes =
        static_cast<double>(moved(sample.totals)) - static_cast<double>(moved(last_.totals));
    const double input =
        static_cast<double>(sample.input_done) - static_cast<double>(last_.input_done);
    rate_ = smoothed(rate_, std::max(bytes, 0.0) / step, step);
    input_rate_ = smoothed(input_rate_, std::max(input, 0.0) / step, step);
    if (bytes > 0 || input > 0) {
      moved_at_ = sample.seconds;
    } else if (!shown_ && !reads_on()) {
      busy_since_ = sample.seconds;
    }
  }
  last_ = sample;
  const bool idle = sample.seconds - moved_at_ >= kIdle && !reads_on();
  if (idle) busy_since_ = sample.seconds;
  shown_ = !idle && sample.seconds - busy_since_ >= kPatience;
}

std::string Progress::text(int columns) const {
  std::vector<Part> parts;
  if (last_.input_size && *last_.input_size > 0) {
    const auto size = static_cast<double>(*last_.input_size);
    const double done = std::min(static_cast<double>(last_.input_done), size);
    parts.push_back({fmt::format("{:3.0f}%", std::floor(100 * done / size)), 0});
    if (reads_on()) {
      const bool known = input_rate_ >= 1;
      parts.push_back(
          {"ETA " + (known ? clock_words((size - done) / input_rate_) : std::string("-:--")), 3});
    }
  }
  parts.push_back({size_words(rate_) + "/s", 1});
  const Totals& totals = last_.totals;
  const auto direction = [&](char mark, std::uint64_t bytes, std::uint64_t messages, int rank) {
    if (messages == 0) return;
    parts.push_back({fmt::format("{} {}", mark, size_words(static_cast<double>(bytes))), rank});
    parts.push_back({fmt::format("{} message{}", messages, messages == 1 ? "" : "s"), rank + 3});
  };
  direction('>', totals.bytes_sent, totals.messages_sent, 2);
  direction('<', totals.bytes_received, totals.messages_received, 4);
  for (;;) {
    std::string line;
    for (const Part& part : parts) line += (line.empty() ? "" : "  ") + part.text;
    if (static_cast<int>(line.size()) < columns || parts.empty()) return line;
    parts.erase(std::max_element(parts.begin(), parts.end(), [](const Part& one, const Part& two) {
      return one.rank < two.rank;
    }));
  }
}

std::string size_words(double bytes) {
  if (bytes < 1023.5) return fmt::format("{:.0f} B", bytes);
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  bytes /= 1024;
  while (bytes >= 1023.95 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string clock_words(double seconds) {
  const auto whole = static_cast<int>(std::min(std::ceil(seconds), kMostSeconds));
  const int minutes = whole / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, whole % 60);
  return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, whole % 60);
}

}  // namespace wscope::output
