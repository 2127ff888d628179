// ProgressMeter: asks four times a second how far a run has come, and shows it on a terminal.
//
// How much of stdin has been read is asked where that is a file. Destroying it erases the line.
// Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>

#include "base/clock.h"
#include "base/event_sink.h"
#include "output/progress.h"
#include "output/progress_screen.h"
#include "session/deadline.h"

namespace wscope::session {

class ProgressMeter {
 public:
  /// `totals` of the run so far. `input_fd`: where input is read from; -1: nowhere.
  ProgressMeter(asio::io_context& loop, output::ProgressScreen& screen,
                std::function<Totals()> totals, int input_fd);
  ~ProgressMeter() { screen_.erase(); }

 private:
  void tick();
  output::ProgressSample sample() const;

  output::ProgressScreen& screen_;
  const std::function<Totals()> totals_;
  const int input_fd_;
  std::uint64_t input_begin_ = 0;
  const Clock::Steady::time_point start_ = Clock::Steady::now();
  output::Progress progress_;
  Deadline next_;
};

}  // namespace wscope::session
