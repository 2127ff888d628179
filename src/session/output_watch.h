// OutputWatch: waits until a blocked stdout takes bytes again, then flushes it.
//
// Loop thread only; destroying it cancels. `progress` runs after each flush that got on, or failed.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>

#include "output/output_stream.h"

namespace wscope::session {

class OutputWatch {
 public:
  OutputWatch(asio::io_context& loop, output::OutputStream& stream);
  ~OutputWatch();

  /// Waits when the stream is blocked and nobody waits yet.
  void arm(std::function<void()> progress);
  /// Lets its copy of the descriptor go; nobody waits from now on.
  void release();

 private:
  asio::posix::stream_descriptor descriptor_;
  output::OutputStream& stream_;
  bool waiting_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wscope::session
