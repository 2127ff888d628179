// ScriptConnection: one connection of a script, from opening to its end.
//
// Wraps Opening and Connection, tells the sink what happens under the connection's name, and the
// Host what the script wants to know. Loop thread only. The Host is told of the end once:
// `script_failed` where the opening failed, `script_ended` where what was open has ended, nothing
// where cancel_opening() came first; the object then only answers why_not(). Destroying it outside
// of a callback is safe at any time.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "net/connector.h"
#include "net/url.h"
#include "session/connection.h"
#include "session/frame_trace.h"
#include "session/named_events.h"
#include "session/opening.h"
#include "session/opening_events.h"
#include "session/round_trips.h"
#include "session/script_match.h"

namespace wscope::session {

class ScriptConnection : public ConnectionOwner {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    virtual void script_opened(ScriptConnection&) = 0;
    virtual void script_failed(ScriptConnection&, Error) = 0;
    virtual void script_event(ScriptConnection&, ScriptEvent) = 0;
    virtual void script_ended(ScriptConnection&, const Ending&) = 0;
    /// Something happened: the script may go on.
    virtual void script_wakes() = 0;
    virtual void script_rests() = 0;
    virtual bool script_may_read(const ScriptConnection&) = 0;
  };

  /// `options` with the headers of this connection; `tls` must outlive it.
  ScriptConnection(asio::io_context& loop, Options options, net::TlsContexts& tls, std::string name,
                   Clock& clock, EventSink& sink, Host& host);

  void open(const net::Url& url);
  const std::string& name() const { return name_; }
  /// Opening, open or closing.
  bool alive() const { return opening_ != nullptr || connection_ != nullptr; }
  bool has_room() const { return connection_ == nullptr || connection_->has_room(); }
  std::size_t unsent() const { return connection_ == nullptr ? 0 : connection_->queued(); }
  /// Nothing where the connection is open; else why nothing can be sent.
  std::optional<std::string> why_not() const;

  void send(MessageType type, std::string_view data);
  void ping(std::string_view data);
  void pong(std::string_view data);
  void close(std::uint16_t code, std::string_view reason);
  /// Connection::close_within().
  void close_within(double seconds);
  void abort();
  void cancel_opening();
  void settle();

 private:
  void opened(Result<OpenedStream> result);

  // ConnectionOwner
  void connection_message(MessageType type, std::string_view data) override;
  void connection_ping(std::string_view data) override;
  void connection_pong(std::string_view data) override;
  void connection_pong_sent(std::string_view data) override;
  void connection_ended(Ending ending) override;
  void connection_wakes() override { host_.script_wakes(); }
  void connection_rests() override { host_.script_rests(); }
  void connection_has_room() override { host_.script_rests(); }
  bool connection_may_read() override { return host_.script_may_read(*this); }
  void connection_wire(Direction direction, std::string_view bytes) override {
    frames_.feed(direction, bytes);
  }

  asio::io_context& loop_;
  const Options options_;
  const std::string name_;
  Clock& clock_;
  NamedEvents sink_;
  OpeningEvents opening_events_;
  net::Connector connector_;
  FrameTrace frames_;
  Host& host_;
  std::unique_ptr<Opening> opening_;
  std::unique_ptr<Connection> connection_;
  RoundTrips round_trips_;
  bool closing_ = false;
  std::string end_;  // how it ended
};

}  // namespace wscope::session
