// Engine: the WebSocket protocol without sockets, clocks or threads: bytes in, events and bytes
// out.
//
// The client role begins after the response gate has accepted the upgrade (it is open at once); the
// server role begins with the HTTP request. The caller reads the socket straight into
// receive_buffer(), says received(n), and writes output() to the socket. The listener is called
// from within received() and may call any send or close method. Messages are given whole, validated
// and inflated, unless the settings ask for the pieces of large ones; a view lives during the call
// only. Loop thread only. Errors never throw: a violation by the peer is told once through
// on_failed, a Close frame with its code is put into the output (RFC 6455 7.1.7), and state() is
// kFailed. Timers (close timeout, ping) are the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "base/error.h"
#include "base/event_sink.h"
#include "ws/deflate_parameters.h"
#include "ws/response_fields.h"

namespace wscope::ws {

/// The Close frame of one side; a Close without a payload has no code.
struct CloseFrame {
  std::optional<std::uint16_t> code;
  std::string reason;
};

/// What a server's listener is asked about a request, and what it answers.
struct ServerRequest {
  std::string_view method;
  std::string_view target;  // path and query, also where it came in absolute-form
  std::string_view head;    // the whole request head as received
  std::vector<std::string> subprotocols;
  bool is_upgrade = false;
  /// First value of a header, "" when absent; name in any case.
  std::string header(std::string_view name) const;
};
struct ServerReply {
  int status = 101;  // anything else refuses (or answers a plain HTTP request)
  std::string subprotocol;
  ResponseFields headers;
  std::string body;
};

class EngineListener {
 public:
  virtual ~EngineListener() = default;
  virtual void on_message(MessageType type, std::string_view data) = 0;
  /// The next bytes of a message that is larger than EngineSettings::largest_whole; of a text,
  /// whole characters. `last`: the message ends with them; they may be none then. A connection that
  /// ends or fails before leaves the message without its last piece.
  virtual void on_piece(MessageType /*type*/, std::string_view /*data*/, bool /*last*/) {}
  virtual void on_ping(std::string_view data) = 0;
  virtual void on_pong(std::string_view data) = 0;
  /// An answer of the engine's own is in the output: to each ping, or, while much waits there, to
  /// the last of several, later.
  virtual void on_pong_sent(std::string_view /*data*/) {}
  /// The peer's Close arrived. When ours had not been sent, the answer is in the output already.
  virtual void on_close(const CloseFrame& frame) = 0;
  /// The peer broke the protocol (Stage::kConnection); `code` is what we told it: a close code, or
  /// the HTTP status when a client's request was wrong (on_request is not asked then).
  virtual void on_failed(const Error& error, std::uint16_t code) = 0;
  /// Server role: the request is whole; the reply decides. Called once.
  virtual ServerReply on_request(const ServerRequest&) { return {}; }
  /// Server role: 101 is in the output; messages may be sent.
  virtual void on_open() {}
};

struct EngineSettings {
  std::size_t max_message_size = std::size_t{64} << 20;  // inflated bytes; larger: 1009
  /// A message of more bytes is told through on_piece, as it comes, and not through on_message; but
  /// a compressed one that has all come may be told whole, and of what grows like a bomb no more is
  /// told until it has ended.
  std::size_t largest_whole = std::numeric_limits<std::size_t>::max();
  bool answer_pings = true;
  std::optional<DeflateAgreement> deflate;     // client: as agreed by the gate
  std::optional<DeflateOffer> server_deflate;  // server: what we accept; nothing: no compression
};

struct EngineCounters {
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t payload_sent = 0;      // before deflation
  std::uint64_t payload_received = 0;  // after inflation
  std::uint64_t wire_sent = 0;         // bytes of frames with headers, handshake not counted
  std::uint64_t wire_received = 0;
  std::uint64_t compressed_in = 0;   // wire payload bytes of compressed messages, received
  std::uint64_t compressed_out = 0;  // the same, sent
  std::uint64_t inflated = 0;        // what compressed_in became
  std::uint64_t deflated = 0;        // what compressed_out came from
};

class Engine {
 public:
  enum class State {
    kHandshake,  // server role only: the request is not whole yet
    kOpen,
    kClosing,  // our Close is out; messages are still delivered, pings still answered
    kClosed,   // both Closes seen (or the request was refused and answered)
    kFailed,   // the peer broke the protocol
  };
  struct Span {
    char* data = nullptr;
    std::size_t size = 0;
  };

  static std::unique_ptr<Engine> client(const EngineSettings& settings, EngineListener& listener);
  static std::unique_ptr<Engine> server(const EngineSettings& settings, EngineListener& listener);
  virtual ~Engine() = default;

  virtual State state() const = 0;

  /// Room to read into, never empty; valid until the next call on the engine.
  virtual Span receive_buffer() = 0;
  /// The first `size` bytes of receive_buffer() are the peer's next bytes.
  virtual void received(std::size_t size) = 0;
  /// The same for bytes that are elsewhere (those that came with the response head).
  virtual void received(std::string_view bytes) = 0;

  /// Bytes that were received and begin with the next frame, or are part of it.
  virtual std::string_view unread() const = 0;

  /// A message has begun to come and is not whole: a measure of how much of it has, which grows
  /// with each byte of it, and with no other; nothing: none has.
  virtual std::optional<std::uint64_t> message_so_far() const = 0;

  /// Bytes for the peer, in order. The view is valid until the next call on the engine.
  virtual std::string_view output() const = 0;
  virtual void output_written(std::size_t size) = 0;

  /// False when the state does not allow it (closing, closed, failed): nothing was queued.
  /// `data` of send_text is valid UTF-8; the caller has checked.
  virtual bool send_text(std::string_view data) = 0;
  virtual bool send_binary(std::string_view data) = 0;
  /// A message that lies alone in a buffer. A large one is not copied: its memory becomes the
  /// output's, and `message` holds nothing afterwards, or nothing of use.
  virtual bool send_whole(MessageType type, ByteBuffer& message) = 0;
  /// At most 125 bytes (RFC 6455 5.5).
  virtual bool send_ping(std::string_view data) = 0;
  virtual bool send_pong(std::string_view data) = 0;
  /// Starts the closing handshake; no code: a Close without payload. Any code goes out as given:
  /// the caller has asked why_not_sendable(). Reason: at most 123 bytes of UTF-8.
  virtual bool close(std::optional<std::uint16_t> code, std::string_view reason) = 0;

  virtual const EngineCounters& counters() const = 0;
};

}  // namespace wscope::ws
