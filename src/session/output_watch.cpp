#include "session/output_watch.h"

#include "session/readiness.h"

namespace wscope::session {

OutputWatch::OutputWatch(asio::io_context& loop, output::OutputStream& stream)
    : descriptor_(loop), stream_(stream) {}

OutputWatch::~OutputWatch() = default;

void OutputWatch::arm(std::function<void()> progress) {
  if (waiting_ || stream_.state() != output::OutputStream::State::kBlocked) return;
  if (!descriptor_.is_open()) {
    std::error_code error;
    net::UniqueFd waits = wait_descriptor(stream_.poll_fd(), ReadyFor::kWriting);
    descriptor_.assign(waits.release(), error);
    if (error) return;
  }
  waiting_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
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
