// Deadline: one timer of the event loop that runs its action once, unless cancelled or restarted.
//
// Seconds, fractions allowed. Destroying or restarting it makes a pending expiry void, also when it
// was queued already. Loop thread only.
#pragma once

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace wscope::session {

class Deadline {
 public:
  static constexpr double kLongest = 1e9;

  explicit Deadline(asio::io_context& loop) : timer_(loop) {}
  ~Deadline() { cancel(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void start(double seconds, std::function<void()> expired) {
    cancel();
    pending_ = std::make_shared<std::function<void()>>(std::move(expired));
    // A clock counts nanoseconds: longer waits would be over at once.
    const std::chrono::duration<double> wait(std::min(seconds, kLongest));
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(wait));
    timer_.async_wait(
        [weak = std::weak_ptr<std::function<void()>>(pending_)](std::error_code error) {
          if (error) return;
          const auto action = weak.lock();
          if (!action) return;
          const auto run = std::move(*action);
          *action = nullptr;
          if (run) run();
        });
  }
  void cancel() {
    pending_.reset();
    timer_.cancel();
  }
  bool running() const { return pending_ != nullptr && *pending_ != nullptr; }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> pending_;
};

}  // namespace wscope::session
