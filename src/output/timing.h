// Timing: the table of --timing at the end of the run: how long each step took and what was moved.
//
// What it measured goes to `others` as an event, too, before their on_end(): it must be told of the
// end before them. resolve, connect, proxy, TLS and upgrade are the steps' own seconds (of the last
// connection); first message counts from the opening, total from the start of the run. Compression
// is the size on the wire in percent of the size before. Loop thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/event_sink.h"
#include "output/line_output.h"

namespace wscope::output {

class Timing : public EventSink {
 public:
  Timing(LineOutput& err, const Clock& clock, EventSink& others)
      : err_(err), clock_(clock), others_(others) {}

  void on_destination(const Destination& destination) override;
  void on_resolved(const Resolved& resolved) override { now_.resolve = resolved.seconds; }
  void on_connect_attempt(const ConnectAttempt& attempt) override;
  void on_proxy_step(const ProxyStep& step) override {
    now_.proxy = now_.proxy.value_or(0) + step.seconds;
  }
  void on_tls(const TlsEstablished& tls) override { now_.tls = tls.seconds; }
  void on_response(const ResponseReceived& response) override { now_.upgrade = response.seconds; }
  void on_opened(const Opened& opened) override;
  void on_message(const Message& message) override;
  void on_wire_message(const Message& message, std::string_view) override { on_message(message); }
  void on_piece(const Message& piece, bool last) override {
    if (last) on_message(piece);
  }
  bool takes_pieces() const override { return true; }
  void on_pong(const Control& pong) override;
  void on_end(ExitStatus status, const Totals& totals) override;
  void flush() override { err_.flush(); }

 private:
  void row(std::string_view name, std::string_view value);
  void seconds(std::string_view name, std::optional<double> value);

  LineOutput& err_;
  const Clock& clock_;
  EventSink& others_;
  std::string table_;
  Timings now_;
  double opened_ = 0;
  double sum_ = 0;  // of round trips
};

}  // namespace wscope::output
