// ActionQueue: Actions that own their bytes, from the thread that reads keys to the loop.
//
// push() and end() may be called on any thread, next() on the loop's; the waker rings only when
// next() had found nothing. Bytes are counted so that the pusher can stop reading for a while when
// the loop does not pull (full()). Never fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "base/action.h"

namespace wscope::input {

class ActionQueue {
 public:
  void set_waker(ActionSource::Waker waker);
  /// `action.data` is copied by taking `data`, which it must view or equal.
  void push(Action action, std::string data);
  /// Rings the waker, whether the loop waits for an action or not.
  void wake();
  /// Nothing more will come.
  void end();
  ActionSource::Pull next(Action& action);
  /// Of what is queued: what was to be sent, not what was to be done.
  std::uint64_t messages() const;
  bool full() const;

 private:
  struct Owned {
    Action action;
    std::string data;
  };

  void ring(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  ActionSource::Waker waker_;
  std::deque<Owned> queued_;
  Owned given_;
  std::size_t bytes_ = 0;
  bool loop_waits_ = false;
  bool ended_ = false;
};

}  // namespace wscope::input
