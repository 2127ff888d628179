#include "input/stdin_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "base/cause.h"
#include "base/unique_fd.h"
#include "input/signal_mask.h"

namespace wscope::input {
namespace {

Error cant_read(int cause) {
  return {Stage::kInput, "can't read standard input: " + cause_of(cause), {}, {}};
}

}  // namespace

// Shared with the thread by count: a thread that can't be joined in time may outlive the reader.
struct StdinReader::Shared {
  explicit Shared(int input) : fd(input) {}

  enum class Step { kBlock, kWouldBlock, kEnd, kStopped };
  Step read_block(int timeout_ms);
  void run();
  void finish(std::optional<Error> error) {
    if (queue.finish(std::move(error))) waker();
  }

  const int fd;
  // Made for the thread only: where stdin is closed, it would get that very number.
  UniqueFd wake;
  BlockQueue queue;
  ActionSource::Waker waker;
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
};

StdinReader::Shared::Step StdinReader::Shared::read_block(int timeout_ms) {
  if (fd < 0) {  // poll() would wait on it for ever
    finish(std::nullopt);
    return Step::kEnd;
  }
  pollfd watched[2] = {{fd, POLLIN, 0}, {wake.get(), POLLIN, 0}};
  int ready;
  do {
    ready = poll(watched, 2, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (watched[1].revents != 0) return Step::kStopped;
  if (ready == 0) return Step::kWouldBlock;

  std::optional<Block> block = queue.take_free();
  if (!block) return Step::kStopped;
  ssize_t got;
  do {
    got = read(fd, block->bytes.get(), BlockQueue::kBlockBytes);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    block->size = static_cast<std::size_t>(got);
    if (queue.push(std::move(*block))) waker();
    return Step::kBlock;
  }
  const int cause = got < 0 ? errno : 0;
  block->size = 0;
  queue.give_back(std::move(*block));
  // Someone who shares the descriptor may have made it non-blocking, or been quicker than we were.
  if (cause == EAGAIN) return Step::kWouldBlock;
  if (cause == 0 || cause == EBADF) {
    finish(std::nullopt);
  } else {
    finish(cant_read(cause));
  }
  return Step::kEnd;
}

void StdinReader::Shared::run() {
  for (;;) {
    const Step step = read_block(-1);
    if (step == Step::kEnd || step == Step::kStopped) break;
  }
  const std::lock_guard lock(mutex);
  done = true;
  ended.notify_all();
}

StdinReader::StdinReader(int fd) : shared_(std::make_shared<Shared>(fd)) {}

StdinReader::~StdinReader() { stop(); }

BlockQueue& StdinReader::queue() { return shared_->queue; }

void StdinReader::start(ActionSource::Waker waker) {
  shared_->waker = std::move(waker);
  // Half of the blocks at most: take_free() must not wait on the thread that empties the queue.
  for (std::size_t taken = 0; taken < BlockQueue::kBlocks / 2; ++taken) {
    const auto step = shared_->read_block(0);
    if (step == Shared::Step::kEnd) return;
    if (step != Shared::Step::kBlock) break;
  }
  shared_->wake = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!shared_->wake) {
    shared_->finish(cant_read(errno));
    return;
  }
  const SignalsBlocked none_for_the_thread;
  thread_ = std::thread([shared = shared_] { shared->run(); });
}

BlockQueue::Pop StdinReader::pop(Block& block) { return queue().pop(block); }

std::optional<Error> StdinReader::take_error() { return queue().take_error(); }

void StdinReader::stop() {
  if (!thread_.joinable()) return;
  shared_->queue.close();
  const std::uint64_t one = 1;
  // An eventfd that is full already is a wake as well.
  (void)!write(shared_->wake.get(), &one, sizeof one);
  std::unique_lock lock(shared_->mutex);
  // poll() saw input that another process then took away: only then can read() still block, and
  // the thread is left behind with its share of the state.
  const bool ended = shared_->ended.wait_for(lock, std::chrono::milliseconds(200),
                                             [this] { return shared_->done; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace wscope::input
