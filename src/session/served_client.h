// ServedClient: one client of a listening wscope: its Connection and what is done with its
// messages.
//
// Owned by the ListenSession, which hears of it through ServedClient::Host. Loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/options.h"
#include "session/backlog.h"
#include "session/connection.h"
#include "session/frame_trace.h"
#include "session/keepalive.h"

namespace wscope::session {

class ServedClient : public ConnectionOwner {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    virtual ws::ServerReply client_request(ServedClient&, const ws::ServerRequest&) = 0;
    virtual void client_opened(ServedClient&) = 0;
    /// Bytes on the wire behind the handshake; only when the connection is observed.
    virtual void client_wire(ServedClient&, Direction, std::string_view) = 0;
    /// Also what is sent by itself: keepalives and answers.
    virtual void client_ping(ServedClient&, Direction, std::string_view data) = 0;
    virtual void client_pong(ServedClient&, Direction, std::string_view data) = 0;
    virtual void client_message(ServedClient&, MessageType, std::string_view) = 0;
    /// A heartbeat was queued for it.
    virtual void client_sent(ServedClient&, MessageType, std::string_view) = 0;
    /// A batch of reading begins: sample clocks.
    virtual void client_wakes() = 0;
    /// It is over, or something was sent by itself: flush what was gathered.
    virtual void client_rests(ServedClient&) = 0;
    virtual void client_has_room(ServedClient&) = 0;
    virtual bool client_may_read(const ServedClient&) const = 0;
    /// ConnectionOwner::connection_has_patience.
    virtual bool client_has_patience() const = 0;
    /// The last call; the host destroys the client in it.
    virtual void client_ended(ServedClient&, Ending) = 0;
  };

  ServedClient(asio::io_context& loop, std::unique_ptr<net::Stream> stream, std::size_t number,
               const ws::EngineSettings& settings, const Options& options, Host& host);

  void start();
  /// 1 for the first client that came.
  std::size_t number() const { return number_; }
  const std::string& peer() const { return peer_; }
  /// Path and query of its request, once that is whole.
  const std::string& target() const { return target_; }
  /// Its upgrade was granted: not a plain request, a refused or a broken one.
  bool was_open() const { return was_open_; }
  Connection& connection() { return connection_; }
  /// Connection::send() for what is given to many: one message counts little in backlog().
  bool give(MessageType type, std::string_view data);
  /// What waits besides the largest message that was given and waits.
  std::uint64_t backlog();
  const Connection& connection() const { return connection_; }
  /// Null until its frames are asked for.
  FrameTrace* frames() { return frames_.get(); }
  /// In client_opened(): its bytes go to client_wire() from here on.
  void show_frames(EventSink& sink);

 private:
  void connection_message(MessageType type, std::string_view data) override;
  void connection_ended(Ending ending) override;
  void connection_wire(Direction direction, std::string_view bytes) override {
    host_.client_wire(*this, direction, bytes);
  }
  void connection_wakes() override { host_.client_wakes(); }
  void connection_rests() override { host_.client_rests(*this); }
  void connection_has_room() override { host_.client_has_room(*this); }
  bool connection_may_read() override { return host_.client_may_read(*this); }
  bool connection_has_patience() override { return host_.client_has_patience(); }
  ws::ServerReply connection_request(const ws::ServerRequest& request) override;
  void connection_opened() override;
  void connection_ping(std::string_view data) override;
  void connection_pong(std::string_view data) override;
  void connection_pong_sent(std::string_view data) override;

  Host& host_;
  std::size_t number_;
  std::string peer_;
  std::string target_;
  double handshake_timeout_;
  bool was_open_ = false;
  std::unique_ptr<Keepalive> keepalive_;  // where --ping-interval or --heartbeat ask for it
  std::unique_ptr<FrameTrace> frames_;
  Backlog backlog_;
  Deadline handshake_deadline_;
  Connection connection_;
};

}  // namespace wscope::session
