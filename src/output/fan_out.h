// FanOut: one EventSink that tells several, in the order in which they were added.
//
// Messages and frames are frequent, so they go only to those that were added for them. Does not
// own the sinks. Loop thread only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event_sink.h"

namespace wscope::output {

class FanOut final : public EventSink {
 public:
  void add(EventSink& sink) { all_.push_back(&sink); }
  void set_message_sinks(std::vector<EventSink*> sinks) { messages_ = std::move(sinks); }
  void set_frame_sinks(std::vector<EventSink*> sinks) { frames_ = std::move(sinks); }

  void on_connection(std::string_view name) override { tell(&EventSink::on_connection, name); }
  void on_destination(const Destination& event) override {
    tell(&EventSink::on_destination, event);
  }
  void on_resolved(const Resolved& event) override { tell(&EventSink::on_resolved, event); }
  void on_connect_attempt(const ConnectAttempt& event) override {
    tell(&EventSink::on_connect_attempt, event);
  }
  void on_head(const Head& event) override { tell(&EventSink::on_head, event); }
  void on_proxy_step(const ProxyStep& event) override { tell(&EventSink::on_proxy_step, event); }
  void on_tls(const TlsEstablished& event) override { tell(&EventSink::on_tls, event); }
  void on_request(const RequestSent& event) override { tell(&EventSink::on_request, event); }
  void on_response(const ResponseReceived& event) override { tell(&EventSink::on_response, event); }
  void on_redirected(const Redirected& event) override { tell(&EventSink::on_redirected, event); }
  void on_opened(const Opened& event) override { tell(&EventSink::on_opened, event); }
  void on_message(const Message& message) override {
    for (EventSink* sink : messages_) sink->on_message(message);
  }
  void on_wire_message(const Message& message, std::string_view masked) override {
    for (EventSink* sink : messages_) sink->on_wire_message(message, masked);
  }
  void on_dialect_line(const Message& line) override {
    for (EventSink* sink : messages_) sink->on_dialect_line(line);
  }
  void on_piece(const Message& piece, bool last) override {
    for (EventSink* sink : messages_) sink->on_piece(piece, last);
  }
  bool takes_pieces() const override {
    return std::all_of(messages_.begin(), messages_.end(),
                       [](const EventSink* sink) { return sink->takes_pieces(); });
  }
  void on_ping(const Control& event) override { tell(&EventSink::on_ping, event); }
  void on_pong(const Control& event) override { tell(&EventSink::on_pong, event); }
  void on_closed(const Closed& event) override { tell(&EventSink::on_closed, event); }
  void on_error(const Error& event) override { tell(&EventSink::on_error, event); }
  void on_failure(const Error& event) override { tell(&EventSink::on_failure, event); }
  void on_notice(std::string_view notice) override { tell(&EventSink::on_notice, notice); }
  void on_info(const std::vector<InfoRow>& rows) override { tell(&EventSink::on_info, rows); }
  void on_timings(const Timings& event) override { tell(&EventSink::on_timings, event); }
  void on_end(ExitStatus status, const Totals& totals) override {
    for (EventSink* sink : all_) sink->on_end(status, totals);
  }
  void on_frame(const Frame& frame) override {
    for (EventSink* sink : frames_) sink->on_frame(frame);
  }
  std::size_t frame_preview() const override {
    std::size_t most = 0;
    for (const EventSink* sink : frames_) most = std::max(most, sink->frame_preview());
    return most;
  }
  void flush() override {
    for (EventSink* sink : all_) sink->flush();
  }

 private:
  template <class Method, class Event>
  void tell(Method method, const Event& event) {
    for (EventSink* sink : all_) (sink->*method)(event);
  }

  std::vector<EventSink*> all_;
  std::vector<EventSink*> messages_;
  std::vector<EventSink*> frames_;
};

}  // namespace wscope::output
