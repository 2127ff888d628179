// EventSink: what a presenter hears of a connection's life.
//
// The session calls one method per event, on the loop thread, in the order things happened; each
// presenter (terminal, text, raw, json, trace, timing …) overrides those it shows. Views live only
// during the call. Seconds are wall seconds of the step itself. Text that came from the network is
// untrusted bytes: a presenter that writes to a terminal escapes it (base/escape.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace wscope {

enum class Direction { kSent, kReceived };
enum class MessageType { kText, kBinary };

/// Where a connection is to be opened to, told before its first step; anew for each redirect,
/// answer to a challenge and reconnect.
struct Destination {
  std::string_view url;  // without user info
};

struct Resolved {
  std::string_view host;               // as looked up (the ASCII spelling)
  std::string_view display_host;       // as typed, for an international name; else empty
  std::vector<std::string> addresses;  // in the order they will be tried; empty when it failed
  std::string_view error;
  double seconds = 0;
};

struct ConnectAttempt {
  std::string_view address;  // "127.0.0.1:8765", "[::1]:8765", "unix:/path", "proxy …"
  std::string_view error;    // empty: connected
  double seconds = 0;
};

/// A head as on the wire of which nothing else is told: CONNECT's, interim ones, what could
/// not be read as one, those of a listener's clients.
struct Head {
  Direction direction = Direction::kSent;
  std::string_view head;
};

/// A step between the TCP connection and TLS or the handshake that deserves a trace line.
struct ProxyStep {
  std::string_view text;  // "CONNECT echo.example:443 via 127.0.0.1:3128: 200"
  double seconds = 0;
};

struct TlsEstablished {
  std::string version;  // "TLSv1.3"
  std::string cipher;
  std::string alpn;
  std::string subject;     // "CN=localhost"
  std::string issuer;      // "CN=wscope test CA"
  std::string not_before;  // RFC 3339, UTC
  std::string not_after;   // RFC 3339, UTC
  bool verified = false;
  std::string verify_note;  // why verification was off or what was ignored; empty when verified
  double seconds = 0;
};

struct RequestSent {
  std::string_view head;  // the bytes on the wire up to and with the empty line
};

struct ResponseReceived {
  std::string_view head;  // the bytes on the wire up to and with the empty line
  double seconds = 0;     // since the request was written
};

/// The server sent us elsewhere, and we go (-L).
struct Redirected {
  int status = 0;
  std::string_view to;    // without user info
  std::string_view note;  // "credentials stay behind"; empty for nothing to say
};

struct Opened {
  std::string_view url;  // without user info
  std::string_view subprotocol;
  std::string_view extensions;     // as agreed, "" for none
  std::string_view local_address;  // "127.0.0.1:51234"
  std::string_view peer_address;
  std::size_t client = 0;  // number of the client of a --listen; 0: no listener
  bool again = false;      // by --reconnect
};

struct Message {
  Direction direction = Direction::kReceived;
  MessageType type = MessageType::kText;
  std::string_view data;
  /// A sent message that nobody typed (-x, --echo, --on-key, /edit): a terminal shows it with `> `.
  bool show_sent = false;
  std::size_t client = 0;  // as in Opened: who sent it, or whom it was sent to
};

/// `message` as on_wire_message() has it told where credentials are not shown.
inline Message masked_message(Message message, std::string_view masked) {
  if (!masked.empty()) message.data = masked;
  return message;
}

struct Control {
  Direction direction = Direction::kReceived;
  std::string_view data;
  std::optional<double> round_trip;  // seconds; on a received pong that answers our ping
  std::size_t client = 0;            // as in Opened
};

/// One frame as it was on the wire (RFC 6455 5.2), told when it is whole.
struct Frame {
  Direction direction = Direction::kReceived;
  bool fin = false;
  bool rsv1 = false;
  bool rsv2 = false;
  bool rsv3 = false;
  std::uint8_t opcode = 0;
  std::optional<std::uint32_t> mask;  // as in the frame, first byte in the highest bits
  std::uint64_t length = 0;           // payload bytes
  std::uint64_t missing = 0;          // of them, when the connection ended before
  std::string_view payload;           // unmasked; the first frame_preview() bytes of it
};

struct Closed {
  std::optional<Direction> first;     // who sent the first Close; nothing when none was seen
  std::optional<std::uint16_t> code;  // of the Close that decided; nothing: Close without a code
  std::string_view reason;
  bool clean = false;      // Close frames went both ways
  bool answer = false;     // the code is of the answer to the first Close
  std::size_t client = 0;  // as in Opened; a listener tells of each, also when none was seen
};

/// Totals of the connection; bytes are of payloads, wire bytes of frames with their headers.
struct Totals {
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t wire_sent = 0;
  std::uint64_t wire_received = 0;
  // permessage-deflate: payloads of compressed messages on the wire, and uncompressed.
  std::uint64_t compressed_out = 0;
  std::uint64_t deflated = 0;  // what compressed_out came from
  std::uint64_t compressed_in = 0;
  std::uint64_t inflated = 0;  // what compressed_in became

  /// The sum over the connections of a run (--reconnect).
  Totals& operator+=(const Totals& other) {
    messages_sent += other.messages_sent;
    messages_received += other.messages_received;
    bytes_sent += other.bytes_sent;
    bytes_received += other.bytes_received;
    wire_sent += other.wire_sent;
    wire_received += other.wire_received;
    compressed_out += other.compressed_out;
    deflated += other.deflated;
    compressed_in += other.compressed_in;
    inflated += other.inflated;
    return *this;
  }
};

/// What --timing measured, told right before on_end(); seconds. Nothing: there was no such step.
struct Timings {
  std::optional<double> resolve, connect, proxy, tls, upgrade;  // of the last connection
  std::optional<double> first_message;                          // since the opening
  double total = 0;                                             // since the start of the run
  std::uint64_t pongs = 0;                                      // that answered our pings
  double ping_min = 0, ping_average = 0, ping_max = 0;
  Totals totals;
};

/// A row of what /info tells; a row without a label goes on with the one above.
struct InfoRow {
  std::string label;
  std::string value;
};

class EventSink {
 public:
  virtual ~EventSink() = default;

  /// What follows belongs to the connection of that name ("" for the one without): a
  /// script's by the name it has there, a listener's by its client, "client 3".
  virtual void on_connection(std::string_view) {}
  virtual void on_destination(const Destination&) {}
  virtual void on_resolved(const Resolved&) {}
  virtual void on_connect_attempt(const ConnectAttempt&) {}
  virtual void on_head(const Head&) {}
  virtual void on_proxy_step(const ProxyStep&) {}
  virtual void on_tls(const TlsEstablished&) {}
  virtual void on_request(const RequestSent&) {}
  virtual void on_response(const ResponseReceived&) {}
  virtual void on_redirected(const Redirected&) {}
  virtual void on_opened(const Opened&) {}
  virtual void on_message(const Message&) {}
  /// Where a dialect is spoken each message has two faces, and on_message() is not called: what
  /// goes over the wire, for who tells of the connection (`masked` is what to tell of one with
  /// credentials; empty: it has none) …
  virtual void on_wire_message(const Message& /*message*/, std::string_view /*masked*/) {}
  /// … and the lines that a person types and reads.
  virtual void on_dialect_line(const Message&) {}
  /// The next bytes of a received message that is told as it comes; of a text, whole characters;
  /// none perhaps in the `last`. Only called while takes_pieces(). Without a last piece the
  /// connection ended before.
  virtual void on_piece(const Message& /*piece*/, bool /*last*/) {}
  /// Whether large messages may be told through on_piece, and not through on_message.
  virtual bool takes_pieces() const { return false; }
  virtual void on_ping(const Control&) {}
  virtual void on_pong(const Control&) {}
  virtual void on_closed(const Closed&) {}
  /// An error the run survives (a refused input line, a lost connection at the REPL): shown at
  /// once.
  virtual void on_error(const Error&) {}
  /// The error that ends the run, which main prints, or a connection that --reconnect makes anew,
  /// which a notice tells: only records and traces have it from here.
  virtual void on_failure(const Error&) {}
  /// Human status that a person should see even with stderr in a file: "listening on …",
  /// "reconnecting in 2 s". Never called in a run in which nothing special happens.
  virtual void on_notice(std::string_view) {}
  /// The answer to /info: shown to whoever asked, also with -q.
  virtual void on_info(const std::vector<InfoRow>&) {}
  virtual void on_timings(const Timings&) {}
  virtual void on_end(ExitStatus, const Totals&) {}

  /// Frames after the handshake; only called while frame_preview() is not 0.
  virtual void on_frame(const Frame&) {}
  /// How many payload bytes of each frame on_frame() wants; 0: nobody wants frames, SIZE_MAX: all.
  virtual std::size_t frame_preview() const { return 0; }

  /// Nothing more to do right now: write what was gathered.
  virtual void flush() {}
};

}  // namespace wscope
