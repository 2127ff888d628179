// StopSignals: SIGINT, SIGTERM and SIGHUP become calls on the loop, as long as it lives.
//
// One that was ignored when we came is ignored: nohup(1), and shells that start a job in the
// background, mean it so. `act` gets the exit status that the signal asks for (130, or 143).
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
      : set_(loop), act_(std::move(act)) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction before {};
      sigaction(number, nullptr, &before);
      if (before.sa_handler != SIG_IGN) set_.add(number);
    }
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
