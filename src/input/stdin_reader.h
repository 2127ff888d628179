// StdinReader: a descriptor → blocks in a BlockQueue, on a thread of its own.
//
// start() first takes what can be had without waiting; when that is already the end of the input
// (a closed or empty stdin, a short file, a pipe whose writer is done) no thread is started. The
// thread waits on the descriptor and on a wake descriptor, so stop() ends it at once. A descriptor
// that is not open counts as the end of input; any other failure of read is an Error of
// Stage::kInput that the queue hands on. The descriptor stays the caller's, flags untouched.
#pragma once

#include <memory>
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
  BlockQueue& queue();
  /// Whether a thread was needed.
  bool threaded() const { return thread_.joinable(); }

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace wscope::input
