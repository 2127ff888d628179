// How much work something is, for tests of what must not grow with the square of its input: the
// time of this thread's CPU, which other processes don't lengthen. Only to be compared with another
// one.
#pragma once

#include <time.h>

namespace test {

template <class Work>
double cpu_seconds(const Work& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double before = now();
  work();
  return now() - before;
}

}  // namespace test
