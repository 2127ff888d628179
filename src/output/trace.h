// Trace: the way of a connection, a line a step, in the columns of wscope(1), TRACE:
//
//   [  0.003] > GET /chat HTTP/1.1          seconds since start; * step, > sent, < received; what
// Levels: steps and heads (-v), every frame (--trace), payload bytes (--trace-hex). Heads are as on
// the wire, with credentials masked unless --trace-secrets. A compressed frame's line waits for its
// message, to show what it says, but no longer than until flush(). Untrusted text is escaped on a
// screen, frame previews everywhere. Loop thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "output/line_output.h"
#include "output/message_pairing.h"
#include "output/palette.h"

namespace wscope::output {

struct TraceWishes {
  TraceLevel level = TraceLevel::kSteps;
  bool secrets = false;
  bool alone = false;  // a file of its own: tell errors and notices too, nobody else does there
  const Palette& palette = Palette::none();
};

class Trace : public EventSink {
 public:
  Trace(LineOutput& out, const Clock& clock, const TraceWishes& wishes)
      : out_(out), clock_(clock), wishes_(wishes) {}

  void set_level(TraceLevel level);

  void on_connection(std::string_view name) override;
  void on_resolved(const Resolved& resolved) override;
  void on_connect_attempt(const ConnectAttempt& attempt) override;
  void on_head(const Head& head) override;
  void on_proxy_step(const ProxyStep& step) override;
  void on_tls(const TlsEstablished& tls) override;
  void on_request(const RequestSent& request) override;
  void on_response(const ResponseReceived& response) override;
  void on_redirected(const Redirected& redirected) override;
  void on_opened(const Opened& opened) override;
  void on_message(const Message& message) override;
  void on_wire_message(const Message& message, std::string_view masked) override;
  void on_frame(const Frame& frame) override;
  void on_closed(const Closed& closed) override;
  void on_error(const Error& error) override;
  void on_failure(const Error& error) override;
  void on_notice(std::string_view notice) override;
  void on_end(ExitStatus status, const Totals& totals) override;
  std::size_t frame_preview() const override;
  void flush() override;

 private:
  bool on() const { return wishes_.level != TraceLevel::kNone; }
  bool frames() const { return wishes_.level >= TraceLevel::kFrames; }
  struct Wire;

  /// Another connection's lines that still wait would come behind what is told next.
  void take_turn();
  void release();
  Wire& wire();
  std::string prefix(char mark) const;
  void step(std::string_view text) { line('*', text); }
  void line(char mark, std::string_view text);
  void head(char mark, std::string_view head);
  /// What to show instead of a frame's payload that has credentials; "" when it has none.
  std::string masked_words(const Frame& frame, bool compressed);
  std::string payload_words(const Frame& frame, bool compressed) const;
  void append_dump(std::string& lines, const Frame& frame) const;

  LineOutput& out_;
  const Clock& clock_;
  TraceWishes wishes_;
  /// What is known of one connection; a script may have several, by name.
  struct Wire {
    double upgrade_seconds = 0;
    bool deflate_agreed = false;
    // Of the message that is under way in each direction (sent, received).
    std::uint8_t opcode[2] = {0, 0};
    bool compressed[2] = {false, false};
    MessagePairing pairing;
  };
  /// What a dialect logs in with, until its frame comes.
  struct Login {
    std::string data;
    std::string masked;
  };
  std::optional<Login> login_;
  std::map<std::string, Wire, std::less<>> wires_;
  std::string name_;
  Wire* wire_ = nullptr;  // of whom is told; nothing: its frames are not known yet
  Wire* told_ = nullptr;  // of whom was told last: its lines may wait for their message
};

}  // namespace wscope::output
