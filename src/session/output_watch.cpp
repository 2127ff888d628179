#include "session/output_watch.h"

#include <asio/post.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "session/readiness.h"

namespace wscope::session {

OutputWatch::OutputWatch(asio::io_context& loop, output::OutputStream& stream)
    : descriptor_(loop), stream_(stream) {}

OutputWatch::~OutputWatch() = default;

void OutputWatch::arm(std::function<void()> progress) {
  if (!wanted()) return;
  if (!descriptor_.is_open()) {
    std::error_code error;
    UniqueFd waits = wait_descriptor(stream_.poll_fd(), ReadyFor::kWriting);
    if (!waits) error.assign(errno, std::generic_category());
    if (!error) descriptor_.assign(waits.get(), error);
    if (error) {
      stream_.fail(error);
      asio::post(descriptor_.get_executor(),
                 [progress = std::move(progress), weak = std::weak_ptr<bool>(alive_)] {
                   if (!weak.expired()) progress();
                 });
      return;
    }
    waits.release();
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

void OutputWatch::let_go() {
  std::error_code ignored;
  descriptor_.close(ignored);
  stream_.close();
}

}  // namespace wscope::session
