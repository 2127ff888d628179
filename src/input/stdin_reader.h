// StdinReader: a descriptor → blocks of bytes, read ahead on a thread of its own.
//
// For what can make a reader wait: a terminal, a device (session/ready_source.h reads the rest).
// start() first takes what can be had without waiting; when that is already the end of the input
// (/dev/null) no thread is started. The thread waits on the descriptor and on a wake descriptor, so
// stop() ends it at once. A descriptor that is not open counts as the end of input; any other
// failure of read is an Error of Stage::kInput, told once. The descriptor stays the caller's, flags
// untouched. Loop thread.
#pragma once

#include <memory>
#include <optional>
#include <thread>

#include "base/action.h"
#include "input/block_queue.h"

namespace wscope::input {

class StdinReader {
 public:
  explicit StdinReader(int fd);
  ~StdinReader();
  StdinReader(const StdinReader&) = delete;
  StdinReader& operator=(const StdinReader&) = delete;

  void start(ActionSource::Waker waker);
  void stop();
  /// Replaces `block`, which was read, by the next one.
  BlockQueue::Pop pop(Block& block);
  /// Why the reading ended early, once.
  std::optional<Error> take_error();
  /// Calls visit(std::string_view) for each block that was read and not yet popped.
  template <class Visitor>
  void for_each_queued(Visitor visit) {
    queue().for_each_queued(visit);
  }

 private:
  struct Shared;
  BlockQueue& queue();
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace wscope::input
