// OutputWatch: waits until a blocked stdout takes bytes again, then flushes it.
//
// Loop thread only; destroying it cancels. `progress` runs after each flush that got on, or failed;
// where the system gives no descriptor to wait with, the stream fails.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "output/output_stream.h"
#include "output/presentation.h"

namespace wscope::session {

class OutputWatch {
 public:
  OutputWatch(asio::io_context& loop, output::OutputStream& stream);
  ~OutputWatch();

  /// The stream is blocked, and nobody waits for it yet.
  bool wanted() const {
    return !waiting_ && stream_.state() == output::OutputStream::State::kBlocked;
  }
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

/// The same for stdout and stderr of a presentation: `progress` when either gets on.
class PresentationWatch {
 public:
  PresentationWatch(asio::io_context& loop, output::Presentation& presentation)
      : presentation_(presentation),
        out_(loop, presentation.out()),
        err_(loop, presentation.err()) {}

  /// Asked before anything is received or sent that would be shown: too much waits already.
  bool congested() {
    const bool congested = presentation_.congested();
    if (congested) turned_away_ = true;
    return congested;
  }
  bool wanted() const { return out_.wanted() || err_.wanted(); }
  void arm(const std::function<void()>& progress) {
    out_.arm(progress);
    err_.arm(progress);
  }
  /// After each flush. True, once, when who was told congested() may go on, though nobody waits for
  /// a stream: a later flush got rid of what was in the way.
  bool clear_again() {
    return turned_away_ && !presentation_.congested() && std::exchange(turned_away_, false);
  }
  /// What stdout has not taken is dropped, and its reader sees the end.
  void let_out_go() {
    out_.release();
    presentation_.out().close();
  }

 private:
  output::Presentation& presentation_;
  bool turned_away_ = false;
  OutputWatch out_;
  OutputWatch err_;
};

}  // namespace wscope::session
