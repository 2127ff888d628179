// OpeningEvents: passes the events of the opening on with the time of each.
//
// Between two steps of an opening seconds may pass within one wait, so the clock is sampled for
// each event here, and not once per wake as later. Loop thread only.
#pragma once

#include "base/clock.h"
#include "base/event_sink.h"

namespace wscope::session {

class OpeningEvents : public EventSink {
 public:
  OpeningEvents(EventSink& sink, Clock& clock) : sink_(sink), clock_(clock) {}

  void on_resolved(const Resolved& event) override { at_now().on_resolved(event); }
  void on_connect_attempt(const ConnectAttempt& event) override {
    at_now().on_connect_attempt(event);
  }
  void on_proxy_step(const ProxyStep& event) override { at_now().on_proxy_step(event); }
  void on_tls(const TlsEstablished& event) override { at_now().on_tls(event); }
  void on_request(const RequestSent& event) override { at_now().on_request(event); }
  void on_response(const ResponseReceived& event) override { at_now().on_response(event); }
  void on_notice(std::string_view text) override { at_now().on_notice(text); }

 private:
  EventSink& at_now() {
    clock_.sample();
    return sink_;
  }

  EventSink& sink_;
  Clock& clock_;
};

}  // namespace wscope::session
