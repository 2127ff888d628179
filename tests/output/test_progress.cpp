#include <doctest/doctest.h>

#include "output/progress.h"

namespace wscope::output {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

ProgressSample sample(double seconds, std::uint64_t sent, std::uint64_t received = 0) {
  ProgressSample one;
  one.seconds = seconds;
  one.totals.bytes_sent = sent;
  one.totals.messages_sent = sent / 1024;
  one.totals.bytes_received = received;
  one.totals.messages_received = received / 1024;
  return one;
}

ProgressSample file_sample(double seconds, std::uint64_t done, std::uint64_t size) {
  ProgressSample one = sample(seconds, done);
  one.input_size = size;
  one.input_done = done;
  return one;
}

/// After `seconds` of steady transfer, four samples a second.
Progress steady(double seconds, std::uint64_t per_second, std::uint64_t size) {
  Progress progress;
  for (double at = 0; at <= seconds; at += 0.25) {
    progress.take(file_sample(at, static_cast<std::uint64_t>(at * double(per_second)), size));
  }
  return progress;
}

TEST_CASE("sizes and times in words") {
  CHECK(size_words(0) == "0 B");
  CHECK(size_words(1023) == "1023 B");
  CHECK(size_words(1023.7) == "1.0 KiB");
  CHECK(size_words(1536) == "1.5 KiB");
  CHECK(size_words(1024.0 * 1024 - 1) == "1.0 MiB");
  CHECK(size_words(5e18) == "4440.9 PiB");
  CHECK(clock_words(0) == "0:00");
  CHECK(clock_words(6.2) == "0:07");
  CHECK(clock_words(59.5) == "1:00");
  CHECK(clock_words(750) == "12:30");
  CHECK(clock_words(3723) == "1:02:03");
  CHECK(clock_words(1e300) == "99:59:59");
}

TEST_CASE("a short run shows nothing, a long one after a while") {
  Progress progress;
  for (const double at : {0.0, 0.25, 0.5, 0.75, 1.0, 1.25}) {
    progress.take(sample(at, static_cast<std::uint64_t>(at * 1e6)));
    CHECK_FALSE(progress.worth_showing());
  }
  progress.take(sample(1.5, 2000000));
  CHECK(progress.worth_showing());
}

TEST_CASE("a quiet connection shows nothing, however long it lasts") {
  Progress progress;
  for (int i = 0; i < 100; ++i) {
    // A message every five seconds is no work.
    progress.take(sample(i * 0.25, static_cast<std::uint64_t>(i / 20) * 1024));
    CHECK_FALSE(progress.worth_showing());
  }
}

TEST_CASE("the line goes when nothing moves any more, unless a file is still to be sent") {
  Progress progress = steady(4, kMiB, 4 * kMiB);
  CHECK(progress.worth_showing());
  progress.take(file_sample(5.9, 4 * kMiB, 4 * kMiB));
  CHECK(progress.worth_showing());
  progress.take(file_sample(6.25, 4 * kMiB, 4 * kMiB));
  CHECK_FALSE(progress.worth_showing());
  Progress stalled = steady(4, kMiB, 100 * kMiB);
  stalled.take(file_sample(60, 4 * kMiB, 100 * kMiB));
  CHECK(stalled.worth_showing());
}

TEST_CASE("a server that reads nothing from the start shows too") {
  Progress progress;
  for (double at = 0; at <= 2; at += 0.25) progress.take(file_sample(at, 0, kMiB));
  CHECK(progress.worth_showing());
  CHECK(progress.text(80) == "  0%  ETA -:--  0 B/s");
}

TEST_CASE("the line tells all where there is room") {
  const Progress progress = steady(20, kMiB, 40 * kMiB);
  CHECK(progress.text(80) == " 50%  ETA 0:21  1.0 MiB/s  > 20.0 MiB  20480 messages");
}

TEST_CASE("what matters least goes first") {
  const Progress progress = steady(20, kMiB, 40 * kMiB);
  CHECK(progress.text(54) == " 50%  ETA 0:21  1.0 MiB/s  > 20.0 MiB  20480 messages");
  CHECK(progress.text(53) == " 50%  ETA 0:21  1.0 MiB/s  > 20.0 MiB");
  CHECK(progress.text(40) == " 50%  ETA 0:21  1.0 MiB/s  > 20.0 MiB");
  CHECK(progress.text(37) == " 50%  1.0 MiB/s  > 20.0 MiB");
  CHECK(progress.text(20) == " 50%  1.0 MiB/s");
  CHECK(progress.text(10) == " 50%");
  CHECK(progress.text(4).empty());
  CHECK(progress.text(0).empty());
}

TEST_CASE("both directions, and one message") {
  Progress progress;
  for (double at = 0; at <= 2; at += 0.25) {
    progress.take(sample(at, 1024, static_cast<std::uint64_t>(at * 4096)));
  }
  CHECK(progress.text(80) == "2.5 KiB/s  > 1.0 KiB  1 message  < 8.0 KiB  8 messages");
}

TEST_CASE("a file that is empty, that shrinks or that grows") {
  Progress progress;
  progress.take(file_sample(0, 0, 0));
  CHECK(progress.text(80) == "0 B/s");
  progress.take(file_sample(1, 5 * kMiB, kMiB));
  CHECK(progress.text(80).substr(0, 4) == "100%");
  progress.take(file_sample(2, kMiB, 10 * kMiB));
  CHECK(progress.text(80).substr(0, 4) == " 10%");
  // Time that stands still, or goes back.
  progress.take(file_sample(2, 2 * kMiB, 10 * kMiB));
  progress.take(file_sample(1, 2 * kMiB, 10 * kMiB));
  CHECK(progress.text(80).substr(0, 4) == " 20%");
}

}  // namespace
}  // namespace wscope::output
