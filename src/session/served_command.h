// ServedCommand: the command of --exec for one client of a listening wscope.
//
// Received messages go to its stdin, its stdout is read as Actions; neither blocks, and what it
// does not take stays with its own client. let_go() is for when the client has gone: what is
// pending is written as long as it takes some every --close-timeout seconds, then its stdin ends,
// then it is ended. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/action.h"
#include "base/clock.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "output/pipe_messages.h"
#include "session/child_process.h"
#include "session/output_watch.h"

namespace wscope::session {

class ServedCommand {
 public:
  struct Hooks {
    std::function<void()> wrote;  // there may be actions, or the end of them
    std::function<void()> reads;  // its stdin takes more
    std::function<void()> ended;  // the process has ended
  };

  /// Stage::kInternal when there are no pipes to be had.
  static Result<std::unique_ptr<ServedCommand>> create(asio::io_context& loop,
                                                       const Options& options, const Clock& clock,
                                                       Environment environment, Hooks hooks);
  ServedCommand(asio::io_context& loop, const Options& options, const Clock& clock,
                std::unique_ptr<ChildProcess> child, Environment environment, Hooks hooks);

  Result<void> start();
  bool started() const { return child_->started(); }

  void receive(const Message& message) { messages_.sink().on_message(message); }
  void flush();
  bool congested() const { return messages_.out().congested(); }

  /// What it wrote; see ActionSource.
  ActionSource::Pull next(Action& action);
  /// It wrote all and has ended.
  bool done() const { return output_ended_ && child_->end() != nullptr; }
  const CommandEnd* end() const { return child_->end(); }

  /// What it writes from now on is read and dropped: nothing can be said to its client any more.
  void discard_output();
  void let_go();
  void signal(int number) { child_->signal(number); }

 private:
  const std::string command_;
  const double grace_;
  std::unique_ptr<ChildProcess> child_;
  std::unique_ptr<ActionSource> source_;
  output::PipeMessages messages_;
  OutputWatch watch_;
  Environment environment_;
  Hooks hooks_;
  bool output_ended_ = false;
  bool discarding_ = false;
  bool left_ = false;
};

}  // namespace wscope::session
