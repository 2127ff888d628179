#include "session/command_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace wscope::session {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;

}  // namespace

CommandSource::CommandSource(asio::io_context& loop, const MessageOptions& options, int fd)
    : descriptor_(loop), decoder_(input::make_message_decoder(options)) {
  std::error_code failed;
  descriptor_.assign(::fcntl(fd, F_DUPFD_CLOEXEC, 3), failed);
  finished_ = static_cast<bool>(failed);
}

ActionSource::Pull CommandSource::next(Action& action) {
  while (!decoder_->next(action)) {
    if (finished_) {
      ended_ = true;
      return Pull::kEnd;
    }
    if (!block_) block_.reset(new char[kBlock]);
    const ssize_t got = ::read(descriptor_.native_handle(), block_.get(), kBlock);
    if (got > 0) {
      decoder_->feed({block_.get(), static_cast<std::size_t>(got)});
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      wait();
      return Pull::kEmpty;
    } else {
      decoder_->finish();
      finished_ = true;
    }
  }
  return Pull::kAction;
}

void CommandSource::wait() {
  if (waiting_) return;
  waiting_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this, weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                           if (weak.expired()) return;
                           waiting_ = false;
                           if (!error && waker_) waker_();
                         });
}

void CommandSource::stop() {
  std::error_code ignored;
  descriptor_.close(ignored);
  finished_ = true;
}

}  // namespace wscope::session
