// SocketIo: Socket.IO 5 in Engine.IO 4 over one WebSocket, without polling.
//
// Typed `event arg…` → an EVENT; received events → `event arg…`, the arguments as the JSON they
// came as, so that a shown line can be typed back. Binary attachments are `{"base64":"…"}` both
// ways. Heartbeats are answered; a server that refuses the namespace ends the run. One connection's
// state; loop thread. Spec: the engine.io and socket.io protocols, revisions 4 and 5.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/dialect.h"

namespace wscope::dialect {

class SocketIo : public Dialect {
 public:
  explicit SocketIo(Setting setting);

  std::string_view name() const override { return "Socket.IO"; }
  std::string overdue() const override;
  bool ready() const override { return connected_; }
  Steps typed(MessageType type, std::string_view data, double now) override;
  /// `call EVENT ARG…` asks for an acknowledgement, `ack [ID] ARG…` gives one.
  Steps command(std::string_view line, double now) override;
  Steps received(MessageType type, std::string_view data, double now) override;
  /// A server that stays without a ping for longer than it promised is lost.
  void part_came(double now) override { last_ping_ = std::max(last_ping_, now); }
  std::string unfinished() const override;
  std::optional<double> due() const override;
  Steps tick(double now) override;
  Steps leaving() override;

 private:
  /// A packet behind its type: attachments, namespace, acknowledgement id, payload.
  struct Packet {
    char type = '0';
    std::size_t attachments = 0;
    std::string name_space = "/";
    std::optional<std::uint64_t> id;
    std::string payload;
  };
  struct Call {
    std::string event;
    double sent = 0;
  };

  Steps engine_opened(std::string_view json, double now);
  Steps packet(std::string_view text, double now);
  Steps attachment(std::string_view bytes, double now);
  Steps handle(const Packet& packet, double now);
  Steps connect_error(const Packet& packet) const;
  Steps event(const Packet& packet);
  Steps acknowledged(const Packet& packet, double now);
  Steps give_ack(std::string_view arguments);
  Steps emit(char type, std::vector<std::string> values, std::optional<std::uint64_t> id) const;
  std::string head(char type) const;

  const Setting setting_;
  bool connected_ = false;
  bool engine_open_ = false;
  double patience_ = 0;            // seconds from ping to ping at most; 0: not told
  double last_ping_ = 0;           // or when the server opened
  std::optional<Packet> partial_;  // waits for its attachments
  std::vector<std::string> attachments_;
  std::size_t attached_bytes_ = 0;
  std::uint64_t last_call_ = 0;
  std::map<std::uint64_t, Call> calls_;  // ours, not acknowledged yet
  std::vector<std::uint64_t> asked_;     // theirs, not acknowledged yet; the newest last
};

/// Whether a server's first message is the handshake of Engine.IO 4: such a server speaks
/// Socket.IO.
bool is_engineio_handshake(std::string_view message);

/// "/" → "/socket.io/?EIO=4&transport=websocket"; a query is kept, what it lacks is added.
std::string socketio_resource(std::string_view resource);

}  // namespace wscope::dialect
