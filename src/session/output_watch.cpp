#include "session/output_watch.h"

#include <fcntl.h>

namespace wscope::session {

OutputWatch::OutputWatch(asio::io_context& loop, output::OutputStream& stream)
    : descriptor_(loop), stream_(stream) {}

OutputWatch::~OutputWatch() = default;

void OutputWatch::arm(std::function<void()> progress) {
  if (waiting_ || stream_.state() != output::OutputStream::State::kBlocked) return;
  if (!descriptor_.is_open()) {
    std::error_code error;
    descriptor_.assign(::fcntl(stream_.poll_fd(), F_DUPFD_CLOEXEC, 3), error);
    if (error) return;
  }
  waiting_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                         [this, progress = std::move(progress),
                          weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                           if (weak.expired()) return;
                           waiting_ = false;
                           if (error) return;
                           stream_.flush();
                           progress();
                         });
}

void OutputWatch::release() {
  std::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace wscope::session
