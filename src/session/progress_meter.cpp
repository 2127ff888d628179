#include "session/progress_meter.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace wscope::session {
namespace {

constexpr double kInterval = 0.25;

std::uint64_t offset_in(int fd) {
  const off_t offset = ::lseek(fd, 0, SEEK_CUR);
  return offset < 0 ? 0 : static_cast<std::uint64_t>(offset);
}

}  // namespace

ProgressMeter::ProgressMeter(asio::io_context& loop, output::ProgressScreen& screen,
                             std::function<Totals()> totals, int input_fd)
    : screen_(screen), totals_(std::move(totals)), input_fd_(input_fd), next_(loop) {
  if (input_fd_ >= 0) input_begin_ = offset_in(input_fd_);
  tick();
}

output::ProgressSample ProgressMeter::sample() const {
  output::ProgressSample sample;
  sample.seconds = std::chrono::duration<double>(Clock::Steady::now() - start_).count();
  sample.totals = totals_();
  struct stat info {};
  if (input_fd_ < 0 || ::fstat(input_fd_, &info) != 0 || !S_ISREG(info.st_mode)) return sample;
  const auto size = static_cast<std::uint64_t>(std::max<off_t>(info.st_size, 0));
  sample.input_size = size - std::min(size, input_begin_);
  sample.input_done = std::min(*sample.input_size, offset_in(input_fd_) - input_begin_);
  return sample;
}

void ProgressMeter::tick() {
  progress_.take(sample());
  if (progress_.worth_showing()) {
    screen_.draw(progress_.text(screen_.columns()));
  } else {
    screen_.erase();
  }
  next_.start(kInterval, [this] { tick(); });
}

}  // namespace wscope::session
