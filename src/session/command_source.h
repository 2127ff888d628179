// CommandSource: what a command of --exec writes to its stdout, as Actions.
//
// next() reads when it has nothing decoded, so a session that does not pull makes the command wait
// in its pipe and memory stays flat: one block is read ahead. The waker is called from the loop.
// The descriptor stays the caller's, and must be non-blocking. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <memory>

#include "base/action.h"
#include "base/options.h"
#include "input/message_decoder.h"

namespace wscope::session {

class CommandSource : public ActionSource {
 public:
  CommandSource(asio::io_context& loop, const MessageOptions& options, int fd);

  void start(Waker waker) override { waker_ = std::move(waker); }
  Pull next(Action& action) override;
  void stop() override;
  std::uint64_t unpulled() override { return decoder_->unpulled(); }
  /// All it wrote has been given.
  bool ended() const { return ended_; }

 private:
  void wait();

  asio::posix::stream_descriptor descriptor_;
  std::unique_ptr<input::MessageDecoder> decoder_;
  Waker waker_;
  std::unique_ptr<char[]> block_;
  bool finished_ = false;  // its end was read
  bool ended_ = false;
  bool waiting_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wscope::session
