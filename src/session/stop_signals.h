// StopSignals: SIGINT, SIGTERM and SIGHUP become calls on the loop, as long as it lives.
//
// `act` gets the exit status that the signal asks for (130, or 143).
#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <functional>
#include <utility>

#include "base/error.h"

namespace wscope::session {

class StopSignals {
 public:
  StopSignals(asio::io_context& loop, std::function<void(ExitStatus)> act)
      : set_(loop, SIGINT, SIGTERM, SIGHUP), act_(std::move(act)) {
    wait();
  }

 private:
  void wait() {
    set_.async_wait([this](std::error_code error, int number) {
      if (error) return;
      act_(number == SIGINT ? ExitStatus::kInterrupted : ExitStatus::kTerminated);
      wait();
    });
  }
  asio::signal_set set_;
  std::function<void(ExitStatus)> act_;
};

}  // namespace wscope::session
