// ReaderWatch: tells when whoever reads our stdout has gone, before a write finds out.
//
// `wscope … | grep -q done` is over when grep is, not with the next message, which may never come.
// Pipes and sockets only: where anything else ends the system tells by a signal. Loop thread only;
// `left` comes once, from the loop; destroying it cancels.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>

namespace wscope::session {

class ReaderWatch {
 public:
  explicit ReaderWatch(asio::io_context& loop) : descriptor_(loop) {}

  void start(int fd, std::function<void()> left);

 private:
  asio::posix::stream_descriptor descriptor_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wscope::session
