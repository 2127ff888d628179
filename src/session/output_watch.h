// OutputWatch: waits until a blocked stream takes bytes again, then flushes it.
//
// Loop thread only; destroying it cancels. `progress` runs after each flush that got on, or failed;
// where the system gives no descriptor to wait with, the stream fails.
#pragma once

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <deque>
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
  bool wanted() const { return !waiting_ && blocked(); }
  bool blocked() const { return stream_.state() == output::OutputStream::State::kBlocked; }
  bool watches(const output::OutputStream& stream) const { return &stream == &stream_; }
  /// Waits when the stream is blocked and nobody waits yet.
  void arm(std::function<void()> progress);
  /// What the stream has not taken is dropped, and its reader sees the end; nobody waits from now
  /// on.
  void let_go();

 private:
  asio::posix::stream_descriptor descriptor_;
  output::OutputStream& stream_;
  bool waiting_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// The same for all streams of a presentation: `progress` when one gets on.
class PresentationWatch {
 public:
  PresentationWatch(asio::io_context& loop, output::Presentation& presentation)
      : presentation_(presentation) {
    for (output::OutputStream* stream : presentation.streams())
      streams_.emplace_back(loop, *stream);
  }

  /// Asked before anything is received that would be shown: too much waits already.
  bool congested() { return turned_away(presentation_.congested()); }
  /// Before anything is sent that would be shown. Who writes while he reads (`--exec cat`, a
  /// coprocess) goes on reading when what he wrote is taken: what waits on stdout does not hold
  /// that up unless it grows by it.
  bool congested_for_sending() { return turned_away(presentation_.congested_for_sending()); }
  bool wanted() const {
    return std::any_of(streams_.begin(), streams_.end(),
                       [](const OutputWatch& one) { return one.wanted(); });
  }
  void arm(const std::function<void()>& progress) {
    for (OutputWatch& one : streams_) one.arm(progress);
  }
  /// After each flush. True, once, when who was told congested() may go on, though nobody waits for
  /// a stream: a later flush got rid of what was in the way.
  bool clear_again() {
    return turned_away_ && !presentation_.congested() && std::exchange(turned_away_, false);
  }
  /// What stdout has not taken is dropped, and its reader sees the end.
  void let_out_go() {
    for (OutputWatch& one : streams_) {
      if (one.watches(presentation_.out())) one.let_go();
    }
  }
  /// The same for all that are blocked.
  void let_blocked_go() {
    for (OutputWatch& one : streams_) {
      if (one.blocked()) one.let_go();
    }
  }

 private:
  bool turned_away(bool congested) {
    turned_away_ = turned_away_ || congested;
    return congested;
  }

  output::Presentation& presentation_;
  bool turned_away_ = false;
  std::deque<OutputWatch> streams_;
};

}  // namespace wscope::session
