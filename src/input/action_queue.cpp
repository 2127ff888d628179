#include "input/action_queue.h"

#include <algorithm>
#include <utility>

namespace wscope::input {
namespace {

// Counted for each action besides its bytes, so that a million empty lines fill the queue too.
constexpr std::size_t kOverhead = 256;
constexpr std::size_t kFull = std::size_t{1} << 20;

}  // namespace

void ActionQueue::set_waker(ActionSource::Waker waker) {
  const std::lock_guard lock(mutex_);
  waker_ = std::move(waker);
}

void ActionQueue::ring(std::unique_lock<std::mutex>& lock) {
  const bool waits = std::exchange(loop_waits_, false);
  lock.unlock();
  if (waits && waker_) waker_();
}

void ActionQueue::push(Action action, std::string data) {
  std::unique_lock lock(mutex_);
  bytes_ += data.size() + kOverhead;
  queued_.push_back({std::move(action), std::move(data)});
  ring(lock);
}

void ActionQueue::wake() {
  std::unique_lock lock(mutex_);
  loop_waits_ = true;
  ring(lock);
}

void ActionQueue::end() {
  std::unique_lock lock(mutex_);
  ended_ = true;
  ring(lock);
}

ActionSource::Pull ActionQueue::next(Action& action) {
  const std::lock_guard lock(mutex_);
  if (queued_.empty()) {
    if (ended_) return ActionSource::Pull::kEnd;
    loop_waits_ = true;
    return ActionSource::Pull::kEmpty;
  }
  given_ = std::move(queued_.front());
  queued_.pop_front();
  bytes_ -= given_.data.size() + kOverhead;
  action = given_.action;
  action.data = given_.data;
  return ActionSource::Pull::kAction;
}

std::uint64_t ActionQueue::messages() const {
  using Kind = Action::Kind;
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint64_t>(
      std::count_if(queued_.begin(), queued_.end(), [](const Owned& owned) {
        const Kind kind = owned.action.kind;
        return kind == Kind::kText || kind == Kind::kBinary || kind == Kind::kDialect;
      }));
}

bool ActionQueue::full() const {
  const std::lock_guard lock(mutex_);
  return bytes_ >= kFull;
}

}  // namespace wscope::input
