// LastPatience: how long a run that has ended but for its stdout still waits for stdout's reader.
//
// As long as the reader likes, unless the run is asked to end (a signal, --timeout): then the
// reader has OutputStream::kLastPatience seconds, and none when the run is asked again. What it has
// not taken by then is dropped and `over` is called, once. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>

#include "session/deadline.h"
#include "session/output_watch.h"

namespace wscope::session {

class LastPatience {
 public:
  LastPatience(asio::io_context& loop, PresentationWatch& watch, std::function<void()> over);

  /// The run is asked to end, and only stdout is left of it.
  void asked();
  /// stdout is done.
  void cancel() { deadline_.cancel(); }

 private:
  void run_out();

  PresentationWatch& watch_;
  const std::function<void()> over_;
  Deadline deadline_;
};

}  // namespace wscope::session
