// ChildProcess: a shell command with its stdin and stdout in pipes of ours, and its end.
//
// create() makes the pipes, start() runs `/bin/sh -c` in a process group of its own; stderr,
// directory and terminal are ours, SIGPIPE and SIGXFSZ are as usual, no other descriptor reaches
// it. Stage::kInternal when the system gives no pipe or process. `ended` is called once, on the
// loop, after the process was reaped. Whoever destroys a running one kills its group and waits: no
// zombies. Loop thread only.
#pragma once

#include <sys/types.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/signal_set.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "session/command_environment.h"
#include "session/command_outcome.h"
#include "session/deadline.h"

namespace wscope::session {

class ChildProcess {
 public:
  using Ended = std::function<void(const CommandEnd&)>;

  static Result<std::unique_ptr<ChildProcess>> create(asio::io_context& loop);
  explicit ChildProcess(asio::io_context& loop);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  Result<void> start(const std::string& command, const Environment& environment, Ended ended);

  /// Our end of its stdin.
  int input_fd() const { return input_.get(); }
  /// Where its stdout is read, without blocking; given away once.
  UniqueFd take_reader() { return std::move(reader_); }
  void close_input() { input_ = UniqueFd(); }
  /// From now on its stdout is read and dropped, so that it can end in peace.
  void discard_output();

  bool started() const { return pid_ > 0; }
  bool running() const { return started() && !end_; }
  /// How it ended; null before that.
  const CommandEnd* end() const { return end_ ? &*end_ : nullptr; }

  /// To all of its group.
  void signal(int number);
  /// SIGTERM after so many seconds unless it has ended by then, SIGKILL two seconds later. Called
  /// again before that, the time begins anew.
  void end_within(double seconds);

 private:
  Result<void> make_pipes();
  void watch();
  void reap();
  void discard_some();

  UniqueFd input_;
  UniqueFd output_;
  UniqueFd reader_;     // the same pipe: who reads may let it go before discard_output()
  UniqueFd its_input_;  // its ends, until it is started
  UniqueFd its_output_;
  asio::signal_set ends_;                // SIGCHLD: some child has ended, perhaps this one
  asio::posix::stream_descriptor rest_;  // its stdout, where it is dropped
  Deadline deadline_;
  Ended ended_;
  pid_t pid_ = 0;
  bool asked_ = false;
  bool terminated_ = false;
  std::optional<CommandEnd> end_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wscope::session
