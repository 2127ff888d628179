// BlockQueue: hands whole blocks of bytes from the reader thread to the loop, and back again empty.
//
// At most kBlocks blocks of kBlockBytes exist, so about 1 MiB is read ahead; a reader that finds
// none free waits, which is how a slow server stops the reading of stdin. push() and finish() tell
// whether the loop had found the queue empty and must be woken: no wake per block, and none after
// close(), when there may be no loop any more. close() ends every wait; what was queued stays
// countable.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace wscope::input {

struct Block {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;

  std::string_view view() const { return {bytes.get(), size}; }
};

class BlockQueue {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
  static constexpr std::size_t kBlocks = 4;
  enum class Pop { kBlock, kEmpty, kEnd };

  // The reader's side.
  /// An empty block to read into; nothing after close(). Waits while all are in use.
  std::optional<Block> take_free();
  /// A block that turned out not to be needed.
  void give_back(Block block);
  /// True: wake the loop.
  bool push(Block block);
  /// No more blocks, because the input ended or could not be read. True: wake the loop.
  bool finish(std::optional<Error> error);

  // The loop's side.
  /// Gives `block` back for reuse and replaces it by the next one.
  Pop pop(Block& block);
  /// Why the reading ended early, once.
  std::optional<Error> take_error();

  void close();
  /// Calls visit(std::string_view) for each block not yet popped.
  template <class Visitor>
  void for_each_queued(Visitor visit) {
    const std::lock_guard lock(mutex_);
    for (const Block& block : queued_) visit(block.view());
  }

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::deque<Block> queued_;
  std::vector<Block> free_;
  std::optional<Error> error_;
  std::size_t allocated_ = 0;
  bool loop_waits_ = false;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace wscope::input
