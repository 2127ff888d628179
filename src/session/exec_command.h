// ExecCommand: the command of --exec in a client's run: started when the connection is open, ended
// when it is over.
//
// One command a run, however often --reconnect connects. Its stdout is the session's source, its
// stdin the presentation's output. The session tells it when to start and when nothing more is
// wanted of it (let_go); finish() then waits for its end with the loop running and makes one result
// of both: what ended the connection wins, then the command's own failure. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/action.h"
#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "session/child_process.h"
#include "session/stop_signals.h"

namespace wscope::session {

class ExecCommand {
 public:
  using Ended = std::function<void(const Result<void>&)>;

  static Result<std::unique_ptr<ExecCommand>> create(asio::io_context& loop,
                                                     const Options& options);
  ExecCommand(asio::io_context& loop, const Options& options, std::unique_ptr<ChildProcess> child);

  int input_fd() const { return child_->input_fd(); }
  /// Of what it writes; once.
  std::unique_ptr<ActionSource> make_source();

  bool started() const { return child_->started(); }
  /// `ended` hears of its end, with Stage::kInput or kUsage where it failed.
  Result<void> start(const Opened& opened, Ended ended);
  /// A signal that came to us: the command gets it too.
  void interrupt(ExitStatus status);
  /// Another one: it ends at once.
  void kill();
  /// What it writes from now on is read and dropped.
  void discard_output() { child_->discard_output(); }
  /// The connection is over. Each call gives it --close-timeout seconds from now.
  void let_go();

  /// Once the run has ended and nothing else has its stdin open.
  Result<ExitStatus> finish(Result<ExitStatus> result);

 private:
  asio::io_context& loop_;
  const std::string command_;
  const MessageOptions& messages_;
  const double grace_;
  std::unique_ptr<ChildProcess> child_;
  // Whoever asks for the end again while we wait for it gets it at once. From the beginning: there
  // must be no moment between the session's signals and these.
  bool finishing_ = false;
  const StopSignals signals_;
};

}  // namespace wscope::session
