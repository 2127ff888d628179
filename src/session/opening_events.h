// OpeningEvents: passes the events of the opening on, each with its own time, and at once.
//
// Between two steps of an opening seconds may pass within one wait, so the clock is sampled for
// each event here, and not once per wake as later; and nothing else flushes while a slow server is
// waited for, so each event is followed by a flush. What TLS agreed on last is kept for /info. Loop
// thread only.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/event_sink.h"

namespace wscope::session {

class OpeningEvents : public EventSink {
 public:
  OpeningEvents(EventSink& sink, Clock& clock) : sink_(sink), clock_(clock) {}

  void on_destination(const Destination& event) override {
    tell(&EventSink::on_destination, event);
  }
  void on_resolved(const Resolved& event) override { tell(&EventSink::on_resolved, event); }
  void on_connect_attempt(const ConnectAttempt& event) override {
    tell(&EventSink::on_connect_attempt, event);
  }
  void on_head(const Head& event) override { tell(&EventSink::on_head, event); }
  void on_proxy_step(const ProxyStep& event) override { tell(&EventSink::on_proxy_step, event); }
  void on_tls(const TlsEstablished& event) override {
    tls_ = event;
    tell(&EventSink::on_tls, event);
  }
  void on_request(const RequestSent& event) override { tell(&EventSink::on_request, event); }
  void on_response(const ResponseReceived& event) override { tell(&EventSink::on_response, event); }
  void on_redirected(const Redirected& event) override { tell(&EventSink::on_redirected, event); }
  void on_notice(std::string_view text) override { tell(&EventSink::on_notice, text); }

  const std::optional<TlsEstablished>& tls() const { return tls_; }

 private:
  template <class Method, class Event>
  void tell(Method method, const Event& event) {
    clock_.sample();
    (sink_.*method)(event);
    sink_.flush();
  }

  EventSink& sink_;
  Clock& clock_;
  std::optional<TlsEstablished> tls_;
};

}  // namespace wscope::session
