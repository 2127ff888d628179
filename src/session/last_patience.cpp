#include "session/last_patience.h"

#include <utility>

namespace wscope::session {

LastPatience::LastPatience(asio::io_context& loop, PresentationWatch& watch,
                           std::function<void()> over)
    : watch_(watch), over_(std::move(over)), deadline_(loop) {}

void LastPatience::asked() {
  if (deadline_.running()) return run_out();
  deadline_.start(output::OutputStream::kLastPatience, [this] { run_out(); });
}

void LastPatience::run_out() {
  deadline_.cancel();
  watch_.let_out_go();  // else who writes the rest at the end would wait for its reader
  over_();
}

}  // namespace wscope::session
