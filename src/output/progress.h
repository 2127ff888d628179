// Progress: samples of a long transfer → when to show a line about it, and that line.
//
// Pure; seconds come with the samples. A line is worth showing once bytes have moved for kPatience
// seconds, or an input file is still being read after as long; it goes away when nothing has moved
// for kIdle seconds. Rates are of payload bytes, over about the last two seconds. text() fits into
// `columns` without the last one, leaving away what matters least.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/event_sink.h"

namespace wscope::output {

struct ProgressSample {
  double seconds = 0;  // since the start of the run
  Totals totals;
  std::optional<std::uint64_t> input_size;  // where stdin is a file
  std::uint64_t input_done = 0;             // of it, read so far
};

class Progress {
 public:
  static constexpr double kPatience = 1.5;
  static constexpr double kIdle = 2;

  void take(const ProgressSample& sample);
  bool worth_showing() const { return shown_; }
  std::string text(int columns) const;

 private:
  bool reads_on() const { return last_.input_size && last_.input_done < *last_.input_size; }

  bool begun_ = false;
  bool shown_ = false;
  ProgressSample last_;
  double busy_since_ = 0;
  double moved_at_ = 0;
  double rate_ = 0;        // bytes a second, both ways
  double input_rate_ = 0;  // of the file
};

/// "512 B", "1.5 KiB", "88.1 MiB"
std::string size_words(double bytes);
/// "0:07", "12:30", "1:02:03"
std::string clock_words(double seconds);

}  // namespace wscope::output
