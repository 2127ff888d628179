#include "input/block_queue.h"

#include <utility>

namespace wscope::input {

std::optional<Block> BlockQueue::take_free() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return closed_ || !free_.empty() || allocated_ < kBlocks; });
  if (closed_) return std::nullopt;
  if (!free_.empty()) {
    Block block = std::move(free_.back());
    free_.pop_back();
    return block;
  }
  ++allocated_;
  // Not value-initialised: zeroing would touch pages that a short input never needs.
  return Block{std::unique_ptr<char[]>(new char[kBlockBytes]), 0};
}

void BlockQueue::give_back(Block block) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(block));
}

bool BlockQueue::push(Block block) {
  const std::lock_guard lock(mutex_);
  queued_.push_back(std::move(block));
  return std::exchange(loop_waits_, false) && !closed_;
}

bool BlockQueue::finish(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  error_ = std::move(error);
  return std::exchange(loop_waits_, false) && !closed_;
}

BlockQueue::Pop BlockQueue::pop(Block& block) {
  const std::lock_guard lock(mutex_);
  if (block.bytes) {
    block.size = 0;
    free_.push_back(std::move(block));
    freed_.notify_one();
  }
  block = Block{};
  if (!queued_.empty()) {
    block = std::move(queued_.front());
    queued_.pop_front();
    return Pop::kBlock;
  }
  if (finished_) return Pop::kEnd;
  loop_waits_ = true;
  return Pop::kEmpty;
}

std::optional<Error> BlockQueue::take_error() {
  const std::lock_guard lock(mutex_);
  return std::exchange(error_, std::nullopt);
}

void BlockQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  freed_.notify_all();
}

}  // namespace wscope::input
