// Dialect: a language spoken over WebSocket messages (Socket.IO, JSON-RPC, GraphQL, STOMP).
//
// Text typed → messages to send; messages received → lines to show and messages that answer them.
// Pure: no sockets, no clock (the time comes in, seconds of any one clock). The session makes one
// for each connection and does the returned steps in their order. Nothing throws: input that can't
// be said becomes a kRefuse, a peer that breaks the dialect's rules a kFail.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"

namespace wscope::dialect {

/// One thing for the session to do.
struct Step {
  enum class Kind {
    kSend,    // `data` is a message for the peer
    kShow,    // `data` is a line for the reader of the messages
    kNotice,  // `data` is a remark for a person
    kRefuse,  // what was typed is not sent: `error` (Stage::kInput)
    kFail,    // the conversation can't go on: `error`; close and end with it
    kLost,    // the peer is silent for too long: `error`; the connection is as good as lost
    kEnd,     // the peer has ended the conversation in good order: close
  };
  Kind kind = Kind::kSend;
  MessageType type = MessageType::kText;
  std::string data;
  Error error;
  std::uint16_t close_code = 0;  // kFail: to close with; 0: as the error asks for
  std::string masked = {};       // kSend: to be told instead of `data`, which has credentials
};
using Steps = std::vector<Step>;

Step send(std::string text);
/// What stands for credentials in what is told, as in a head (base/mask_credentials.h).
inline constexpr const char* kMask = "…";
Step send_credentials(std::string text, std::string masked);
Step send_binary(std::string bytes);
Step show(std::string line);
Step notice(std::string text);
Step refuse(std::string message, std::string hint = {});
Step refuse(Error error);
/// The peer said no: Stage::kHandshake. The peer broke the rules: Stage::kConnection.
Step refused_by_peer(std::string message, std::string hint = {});
Step broken_by_peer(std::string message, std::string hint = {});
/// No sign of life in time: Stage::kTimeout.
Step lost_peer(std::string message, std::string hint = {});

class Dialect {
 public:
  virtual ~Dialect() = default;
  /// As a person calls it: "Socket.IO".
  virtual std::string_view name() const = 0;
  /// The WebSocket connection is open; what is typed is only handed over once ready() says so.
  virtual Steps opened() { return {}; }
  virtual bool ready() const { return true; }
  /// What the server has not done while that is false.
  virtual std::string overdue() const { return "did not begin to speak " + std::string(name()); }
  virtual Steps typed(MessageType type, std::string_view data, double now) = 0;
  /// A slash command of the dialect, without its slash: "ack 3 true".
  virtual Steps command(std::string_view line, double now);
  virtual Steps received(MessageType type, std::string_view data, double now) = 0;
  /// The next steps of the message that was received last, until there are none: one may hold more
  /// of them than memory should.
  virtual Steps go_on() { return {}; }
  /// A part came of a message that is not whole: the peer lives, and what else it may have to say
  /// stays behind the rest.
  virtual void part_came(double /*now*/) {}
  /// At the end of the connection: "a STOMP frame came only in part"; empty: all was whole.
  virtual std::string unfinished() const { return {}; }
  /// When tick() wants to be called, unless something comes first; nothing: never.
  virtual std::optional<double> due() const { return std::nullopt; }
  /// The time has come, or a while ago: signs of life of ours, the missing ones of the peer.
  virtual Steps tick(double) { return {}; }
  /// Which option may give what a server misses that leaves before it is ready; empty: none.
  virtual std::string_view login_hint() const { return {}; }
  /// What good manners ask for before our Close.
  virtual Steps leaving() { return {}; }
};

/// What a dialect needs to know of the run.
struct Setting {
  std::string host;           // of the URL, for STOMP's CONNECT
  std::string name_space;     // Socket.IO
  std::string socketio_auth;  // JSON; empty: none
  std::string graphql_init;   // a JSON object; empty: none
  std::vector<std::pair<std::string, std::string>> stomp_headers;  // of CONNECT
  std::string login;                                               // STOMP; empty: none
  std::string passcode;
  double heart_beat = 30;  // STOMP: seconds, offered and asked for
  bool latency = false;    // show after a reply how long it took
};

/// Nothing for kNone.
std::unique_ptr<Dialect> make_dialect(DialectOptions::Kind kind, Setting setting);

/// The subprotocol to ask for when the user names none; empty: none.
std::string_view subprotocol_of(DialectOptions::Kind kind);

/// The path and query to ask for, given those of the URL.
std::string resource_for(DialectOptions::Kind kind, std::string_view resource);

}  // namespace wscope::dialect
