// Clock: the time of the run, sampled once per wake of the event loop.
//
// Reading a clock for every message would cost more than parsing the message, so the session calls
// sample() when it wakes and everything that happens in that wake carries the same time. Owned by
// the session, used on the loop thread only. Seconds since the start of the run, and wall time.
#pragma once

#include <chrono>

namespace wscope {

class Clock {
 public:
  using Steady = std::chrono::steady_clock;
  using System = std::chrono::system_clock;

  Clock() : start_(Steady::now()), start_wall_(System::now()), now_(start_) {}

  /// A run that began at a known time, for tests.
  Clock(Steady::time_point start, System::time_point wall)
      : start_(start), start_wall_(wall), now_(start) {}

  void sample() { now_ = Steady::now(); }
  Steady::time_point now() const { return now_; }
  /// Seconds from the start of the run to the last sample.
  double seconds() const { return std::chrono::duration<double>(now_ - start_).count(); }
  /// Wall time of the last sample; never goes backwards within a run.
  System::time_point wall() const {
    return start_wall_ + std::chrono::duration_cast<System::duration>(now_ - start_);
  }

 private:
  Steady::time_point start_;
  System::time_point start_wall_;

 protected:
  Steady::time_point now_;
};

}  // namespace wscope
