// JsonEvents: everything that happens, one JSON object a line (--json on stdout, --record in a
// file).
//
// {"t":0.005213,"time":"2026-07-14T08:11:12.345Z","event":"message","dir":"recv","type":"text",
// "data":"hello"}: t is seconds since the start, time RFC 3339 in UTC; the schema stands in
// wscope(1). A line is always valid UTF-8 and safe to show: payloads that are no text come as
// base64. Each line is written whole. Heads have their credentials masked unless `secrets`. Loop
// thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/event_sink.h"
#include "base/mask_credentials.h"
#include "output/line_output.h"
#include "output/time_stamp.h"

namespace wscope::output {

class JsonEvents : public EventSink {
 public:
  JsonEvents(LineOutput& out, const Clock& clock, bool secrets)
      : out_(out), clock_(clock), secrets_(secrets) {}

  void on_connection(std::string_view name) override { connection_ = name; }
  void on_resolved(const Resolved& resolved) override;
  void on_connect_attempt(const ConnectAttempt& attempt) override;
  void on_proxy_step(const ProxyStep& step) override;
  void on_tls(const TlsEstablished& tls) override;
  void on_request(const RequestSent& request) override;
  void on_response(const ResponseReceived& response) override;
  void on_redirected(const Redirected& redirected) override;
  void on_opened(const Opened& opened) override;
  void on_message(const Message& message) override;
  void on_wire_message(const Message& message, std::string_view masked) override {
    on_message(secrets_ ? message : masked_message(message, masked));
  }
  void on_ping(const Control& ping) override { control("ping", ping); }
  void on_pong(const Control& pong) override { control("pong", pong); }
  void on_closed(const Closed& closed) override;
  void on_error(const Error& error) override;
  void on_failure(const Error& error) override { on_error(error); }
  void on_timings(const Timings& timings) override;
  void on_end(ExitStatus status, const Totals& totals) override;
  void flush() override { out_.flush(); }

 protected:
  /// A head as it is told without secrets.
  virtual std::string masked(std::string_view head) const { return mask_credentials(head); }

 private:
  /// `client`: as in Opened.
  void begin(std::string_view event, std::size_t client = 0);
  void field(std::string_view name, std::string_view text);
  /// Left out when empty.
  void field_if(std::string_view name, std::string_view text);
  void number(std::string_view name, double seconds);
  void number(std::string_view name, std::uint64_t value);
  /// Left out when there is none.
  void number(std::string_view name, std::optional<double> seconds);
  void flag(std::string_view name, bool value);
  void totals(const Totals& totals);
  void direction(std::string_view name, Direction direction);
  /// "data" where the bytes are text, else "base64".
  void payload(std::string_view bytes, bool text);
  void end();
  void control(std::string_view event, const Control& control);
  void head(std::string_view head);

  LineOutput& out_;
  const Clock& clock_;
  bool secrets_;
  UtcFormatter utc_;
  std::string connection_;  // of a script, by name
  std::string line_;
  std::string times_;  // {"t":…,"time":"…" of `stamped_`
  Clock::Steady::time_point stamped_ = Clock::Steady::time_point::min();
};

}  // namespace wscope::output
