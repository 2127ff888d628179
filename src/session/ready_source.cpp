#include "session/ready_source.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/cause.h"
#include "base/pipe_size.h"
#include "base/unique_fd.h"
#include "input/input_formats.h"
#include "session/readiness.h"

namespace wscope::session {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;
// A read that gives as much found a pipe of the usual size full.
constexpr std::size_t kUsualPipe = std::size_t{64} << 10;
// Of what nobody will send any more, so much is read to be counted.
constexpr std::size_t kCounted = std::size_t{1} << 20;

enum class Kind { kFile, kPipe, kSocket };

/// A descriptor of our own that can be read without waiting.
struct ReadyInput {
  UniqueFd fd;
  Kind kind;
  const char* name;
};

std::optional<ReadyInput> ready_input(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return std::nullopt;
  // Opened anew, the writing end of a pipe could be read; as it is, the first read is refused.
  const bool ours_to_read = (::fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY;
  // Reading a file of the kernel's (/proc, tracefs) may wait; such have no size.
  if (S_ISREG(info.st_mode) && info.st_size == 0 && ours_to_read) return std::nullopt;
  ReadyInput input{UniqueFd(), Kind::kFile, "standard input"};
  if (S_ISFIFO(info.st_mode) && ours_to_read) {
    input.kind = Kind::kPipe;
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    input.fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  } else if (S_ISREG(info.st_mode) || S_ISSOCK(info.st_mode) || S_ISFIFO(info.st_mode)) {
    // A socket is asked not to wait with each read: the flag would be its other users' too.
    if (S_ISSOCK(info.st_mode)) input.kind = Kind::kSocket;
    input.fd = UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  }
  if (!input.fd) return std::nullopt;
  return input;
}

// One class a format, so that the way from the session to a line is one virtual call.
template <class Messages>
class ReadySource final : public ActionSource {
 public:
  template <class... Arguments>
  explicit ReadySource(asio::io_context& loop, ReadyInput* input, Arguments&&... arguments)
      : fd_(input->fd.get()),
        kind_(input->kind),
        name_(input->name),
        own_(std::move(input->fd)),
        watch_(loop),
        messages_(std::forward<Arguments>(arguments)...) {}

  void start(Waker waker) override { waker_ = std::move(waker); }
  void stop() override {
    finished_ = true;
    std::error_code ignored;
    watch_.close(ignored);
    own_ = UniqueFd();
  }

  Pull next(Action& action) override {
    while (!messages_.next(action)) {
      if (finished_) return Pull::kEnd;
      switch (read_block()) {
        case Read::kSome:
          messages_.feed({block_.get(), size_});
          break;
        case Read::kNothing:
          if (const int error = wait(); error != 0) return refuse(action, error);
          return Pull::kEmpty;
        case Read::kEnd:
          messages_.finish();
          finished_ = true;
          break;
        case Read::kFailed:
          return refuse(action, errno);
      }
    }
    return Pull::kAction;
  }

  // Asked when the run is over: what can be had without waiting would be lost without a word.
  std::uint64_t unpulled() override {
    if (!unpulled_) {
      input::Backlog backlog = messages_.backlog();
      drained_ = false;
      std::unique_ptr<char[]> in_hand = std::move(block_);
      Read last = finished_ ? Read::kEnd : Read::kSome;
      for (std::size_t counted = 0; last == Read::kSome && counted < kCounted; counted += size_) {
        last = read_block();
        if (last == Read::kSome) messages_.add(backlog, {block_.get(), size_});
      }
      goes_on_ = last == Read::kSome;
      block_ = std::move(in_hand);
      unpulled_ = backlog.messages();
      finished_ = true;
    }
    return *unpulled_;
  }
  bool unpulled_goes_on() const override { return goes_on_; }

 private:
  enum class Read { kSome, kNothing, kEnd, kFailed };

  Read read_block() {
    if (std::exchange(drained_, false)) return Read::kNothing;
    if (!block_) block_.reset(new char[kBlock]);  // not zeroed: most input is short
    for (;;) {
      const ssize_t got = kind_ == Kind::kSocket ? ::recv(fd_, block_.get(), kBlock, MSG_DONTWAIT)
                                                 : ::read(fd_, block_.get(), kBlock);
      if (got > 0) {
        size_ = static_cast<std::size_t>(got);
        // It would say EAGAIN: a system call for each line that somebody waits for.
        drained_ = kind_ != Kind::kFile && size_ < kBlock;
        if (kind_ == Kind::kPipe && size_ >= kUsualPipe && !std::exchange(enlarged_, true)) {
          enlarge_pipe(fd_);
        }
        return Read::kSome;
      }
      if (got == 0) return Read::kEnd;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Read::kNothing;
      if (errno != EINTR) return Read::kFailed;
    }
  }

  Pull refuse(Action& action, int error) {
    finished_ = true;
    action.kind = Action::Kind::kRefused;
    action.error = {
        Stage::kInput, std::string("can't read ") + name_ + ": " + cause_of(error), {}, {}};
    return Pull::kAction;
  }

  /// 0, or the error of a system that gives no more descriptors.
  int wait() {
    if (waiting_) return 0;
    if (!watch_.is_open()) {  // never for a file, which can't be waited for
      UniqueFd waits =
          kind_ == Kind::kSocket ? wait_descriptor(fd_, ReadyFor::kReading) : std::move(own_);
      if (!waits) return errno;
      std::error_code error;
      watch_.assign(waits.get(), error);
      if (error) return error.value();
      waits.release();
    }
    waiting_ = true;
    watch_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this, weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                        if (weak.expired()) return;
                        waiting_ = false;
                        if (!error) waker_();
                      });
    return 0;
  }

  const int fd_;
  const Kind kind_;
  const char* const name_;
  UniqueFd own_;  // a pipe: until there is something to wait for; then the watch owns it
  asio::posix::stream_descriptor watch_;
  Messages messages_;
  Waker waker_;
  std::unique_ptr<char[]> block_;
  std::size_t size_ = 0;
  bool enlarged_ = false;
  bool drained_ = false;  // a read gave less than there was room for
  bool finished_ = false;
  std::optional<std::uint64_t> unpulled_;
  bool goes_on_ = false;
  bool waiting_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

std::unique_ptr<ActionSource> make_source(asio::io_context& loop, const MessageOptions& options,
                                          ReadyInput input) {
  return input::make_for_format<ActionSource, ReadySource>(options, std::ref(loop), &input);
}

}  // namespace

std::unique_ptr<ActionSource> make_ready_source(asio::io_context& loop,
                                                const MessageOptions& options, int fd) {
  auto input = ready_input(fd);
  return input ? make_source(loop, options, std::move(*input)) : nullptr;
}

std::unique_ptr<ActionSource> make_command_source(asio::io_context& loop,
                                                  const MessageOptions& options, UniqueFd pipe) {
  return make_source(loop, options, {std::move(pipe), Kind::kPipe, "the command's output"});
}

}  // namespace wscope::session
