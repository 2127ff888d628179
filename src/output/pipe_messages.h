// PipeMessages: received messages → one descriptor that is no terminal, in the format of the
// options.
//
// What stdout is in a pipe, for other pipes: the stdin of each command of a server. Does not own
// the descriptor. make_pipe_sink chooses the writer for both. Loop thread only.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "output/line_output.h"
#include "output/output_stream.h"
#include "output/palette.h"
#include "output/time_stamp.h"

namespace wscope::output {

/// `lines` writes to `out`.
std::unique_ptr<EventSink> make_pipe_sink(const Options& options, const Clock& clock,
                                          OutputStream& out, LineOutput& lines,
                                          TimeStamper& stamper, const Palette& palette);

class PipeMessages {
 public:
  PipeMessages(const Options& options, const Clock& clock, int fd);

  EventSink& sink() { return *sink_; }
  OutputStream& out() { return out_; }
  const OutputStream& out() const { return out_; }

 private:
  OutputStream out_;
  LineOutput lines_;
  TimeStamper stamper_;
  std::unique_ptr<EventSink> sink_;
};

}  // namespace wscope::output
