// Status: what a person wants to know beside the messages, on stderr: connected, closed, notices,
// errors that the run survives, pings and pongs with -P.
//
// Nothing of a normal run is told where nobody looks: open and close lines appear only when
// `lines` is set (a person watches). -q silences everything but errors. Loop thread only.
#pragma once

#include <string_view>
#include <vector>

#include "base/event_sink.h"
#include "output/line_output.h"
#include "output/palette.h"
#include "output/time_stamp.h"

namespace wscope::output {

struct StatusWishes {
  bool lines = false;  // connected, closed
  bool quiet = false;
  bool ping_pong = false;
  const Palette& palette = Palette::none();
};

class Status : public EventSink {
 public:
  Status(LineOutput& err, const StatusWishes& wishes, TimeStamper& stamper)
      : err_(err), wishes_(wishes), stamper_(stamper) {}

  void on_opened(const Opened& opened) override;
  void on_closed(const Closed& closed) override;
  void on_ping(const Control& ping) override { tell_control("ping", ping); }
  void on_pong(const Control& pong) override { tell_control("pong", pong); }
  void on_error(const Error& error) override;
  void on_notice(std::string_view notice) override;
  void on_info(const std::vector<InfoRow>& rows) override;
  void flush() override { err_.flush(); }

  /// A trace on the same place tells opening and closing already.
  void set_traced(bool traced) { traced_ = traced; }

 private:
  void tell_control(std::string_view name, const Control& control);
  void tell(std::string_view text);
  bool tells_lines() const { return wishes_.lines && !wishes_.quiet && !traced_; }

  LineOutput& err_;
  StatusWishes wishes_;
  TimeStamper& stamper_;
  bool traced_ = false;
};

}  // namespace wscope::output
