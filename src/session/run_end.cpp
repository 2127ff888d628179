#include "session/run_end.h"

#include <asio/post.hpp>
#include <utility>

namespace wscope::session {

RunEnd::RunEnd(asio::io_context& loop, output::Presentation& presentation, PresentationWatch& watch)
    : loop_(loop), presentation_(presentation), watch_(watch), patience_(loop) {}

void RunEnd::begin(Result<ExitStatus> outcome, const Totals& totals) {
  outcome_ = std::move(outcome);
  EventSink& sink = presentation_.sink();
  const bool failed = !outcome_->has_value();
  if (failed) sink.on_failure(outcome_->error());
  sink.on_end(failed ? exit_status_of(outcome_->error().stage) : **outcome_, totals);
}

void RunEnd::hurry() {
  if (over_) return;
  if (patience_.running()) return let_reader_go();
  patience_.start(output::OutputStream::kLastPatience, [this] { let_reader_go(); });
}

void RunEnd::cut_short(Result<ExitStatus> outcome) {
  if (over_) return;
  outcome_ = std::move(outcome);
  hurry();
}

void RunEnd::settle() {
  if (over_ || presentation_.blocked()) return;
  leave();
}

void RunEnd::let_reader_go() {
  watch_.let_blocked_go();  // else who writes the rest at the end would wait for its reader
  leave();
}

void RunEnd::leave() {
  over_ = true;
  patience_.cancel();
  asio::post(loop_, [this] { finished_(*outcome_); });
}

}  // namespace wscope::session
