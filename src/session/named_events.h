// NamedEvents: passes the events of one connection on, behind the name it has in a script.
//
// The sink hears on_connection(name) before each event, so that presenters can tell several
// connections apart. Loop thread only.
#pragma once

#include <string>
#include <utility>

#include "base/event_sink.h"

namespace wscope::session {

class NamedEvents final : public EventSink {
 public:
  NamedEvents(EventSink& sink, std::string name) : sink_(sink), name_(std::move(name)) {}

  void on_destination(const Destination& event) override { named().on_destination(event); }
  void on_resolved(const Resolved& event) override { named().on_resolved(event); }
  void on_connect_attempt(const ConnectAttempt& event) override {
    named().on_connect_attempt(event);
  }
  void on_head(const Head& event) override { named().on_head(event); }
  void on_proxy_step(const ProxyStep& event) override { named().on_proxy_step(event); }
  void on_tls(const TlsEstablished& event) override { named().on_tls(event); }
  void on_request(const RequestSent& event) override { named().on_request(event); }
  void on_response(const ResponseReceived& event) override { named().on_response(event); }
  void on_redirected(const Redirected& event) override { named().on_redirected(event); }
  void on_opened(const Opened& event) override { named().on_opened(event); }
  void on_message(const Message& event) override { named().on_message(event); }
  void on_ping(const Control& event) override { named().on_ping(event); }
  void on_pong(const Control& event) override { named().on_pong(event); }
  void on_closed(const Closed& event) override { named().on_closed(event); }
  void on_failure(const Error& error) override { named().on_failure(error); }
  void on_notice(std::string_view notice) override { named().on_notice(notice); }
  void on_frame(const Frame& frame) override { named().on_frame(frame); }
  std::size_t frame_preview() const override { return sink_.frame_preview(); }
  void flush() override { sink_.flush(); }

 private:
  EventSink& named() {
    sink_.on_connection(name_);
    return sink_;
  }

  EventSink& sink_;
  std::string name_;
};

}  // namespace wscope::session
