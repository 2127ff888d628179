// Presentation: all the presenters that the options ask for, behind one EventSink.
//
// open() decides by the options and by what stdout and stderr are: messages on stdout (text, raw,
// hexdump on a terminal, JSON events …), status, trace and timing on stderr or in --trace-file,
// records in their files. Messages go to `out_fd` where that is something else than stdout (the
// stdin of a command, say); it stays the caller's. Stage::kUsage when a file can't be opened.
// Options, clock and screens must outlive it. Loop thread only.
#pragma once

#include <unistd.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "base/screen.h"
#include "output/output_stream.h"

namespace wscope::output {

/// The REPL's screens, where there is one; null: open() looks at the descriptor and prints straight
/// to a terminal.
struct Screens {
  Screen* out = nullptr;     // messages
  Screen* err = nullptr;     // everything else
  bool interactive = false;  // a person types: tell opening and closing even with stdout in a file
};

class Presentation {
 public:
  static Result<std::unique_ptr<Presentation>> open(const Options& options, const Clock& clock,
                                                    Screens screens, int out_fd = STDOUT_FILENO);
  virtual ~Presentation() = default;
  virtual EventSink& sink() = 0;
  /// Tells everything, messages included, to another listener too; it must outlive the last event.
  virtual void add_listener(EventSink& listener) = 0;
  /// stdout, or what takes its place, as bytes; the session watches it for congestion, closing and
  /// failure. Unused (and never congested) where messages go to a prompt's screen.
  virtual OutputStream& out() = 0;
  /// All that is written to, out() among them: each may have a reader who takes his time.
  virtual const std::vector<OutputStream*>& streams() const = 0;
  /// What is sent is told on out(), too.
  virtual bool tells_sent() const = 0;
  /// One of them takes nothing, and much waits: no more should be received.
  bool congested() const;
  /// The same of those that tell what is sent: no more should be.
  bool congested_for_sending();
  /// One of them takes nothing now.
  bool blocked() const;
  /// sink().takes_pieces(), and what is written between two of them goes elsewhere.
  virtual bool takes_pieces() const = 0;
  /// /trace on|off at the REPL; ask sink().frame_preview() again afterwards.
  virtual void set_trace(bool on) = 0;
  /// /last: the whole dump of the last binary message that was elided; false: there is none.
  virtual bool show_last() = 0;
  /// Writes what is left; with `patience` (seconds) it drops what was not taken by then.
  /// Stage::kOutput when anything could not be written (disk full); a closed pipe is no error.
  virtual Result<void> finish(std::optional<double> patience) = 0;
};

}  // namespace wscope::output
