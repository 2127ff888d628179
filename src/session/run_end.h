// RunEnd: the last part of a run: what it came to is known and told, and only who reads its
// output is still waited for.
//
// As long as a reader likes, unless the run is asked to end (a signal, --timeout): then it has
// OutputStream::kLastPatience seconds, and none when the run is asked again. What it has not taken
// by then is dropped. `finished` is called once, from the loop. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/event_sink.h"
#include "output/presentation.h"
#include "session/deadline.h"
#include "session/output_watch.h"

namespace wscope::session {

class RunEnd {
 public:
  using Finished = std::function<void(Result<ExitStatus>)>;

  RunEnd(asio::io_context& loop, output::Presentation& presentation, PresentationWatch& watch);

  void set_finished(Finished finished) { finished_ = std::move(finished); }
  bool begun() const { return outcome_.has_value(); }
  /// Once; settle() follows.
  void begin(Result<ExitStatus> outcome, const Totals& totals);
  /// The run is asked to end.
  void hurry();
  /// The same, and that is what it comes to.
  void cut_short(Result<ExitStatus> outcome);
  /// After each flush: it is over unless an output is blocked.
  void settle();

 private:
  void let_reader_go();
  void leave();

  asio::io_context& loop_;
  output::Presentation& presentation_;
  PresentationWatch& watch_;
  Deadline patience_;
  Finished finished_;
  std::optional<Result<ExitStatus>> outcome_;
  bool over_ = false;
};

}  // namespace wscope::session
