// TerminalMessages: messages for a person: marked, coloured, escaped, JSON set out, binary dumped.
//
// Received messages begin with "< "; sent ones that nobody typed (Message::show_sent) with "> ".
// Further lines of a message are indented, so no message can pass for another or for a prompt.
// With an --output format asked for by name there are no marks: text, nul and raw are the escaped
// payload, one message a line, hex and base64 their line. Where a person types, the last dump that
// was elided is kept, for /last to show it whole. Loop thread only.
#pragma once

#include <string>
#include <string_view>

#include "base/event_sink.h"
#include "base/options.h"
#include "output/line_output.h"
#include "output/palette.h"
#include "output/time_stamp.h"

namespace wscope::output {

struct MessageLook {
  OutputFormat format = OutputFormat::kAuto;
  bool pretty = false;
  bool keeps_last = false;
  const Palette& palette = Palette::none();
};

class TerminalMessages : public EventSink {
 public:
  /// `out` is a screen.
  TerminalMessages(LineOutput& out, const MessageLook& look, TimeStamper& stamper)
      : out_(out), look_(look), stamper_(stamper) {}

  void on_message(const Message& message) override;
  void on_dialect_line(const Message& line) override { on_message(line); }
  void flush() override { out_.flush(); }
  /// The whole dump of the last elided message; false: there is none.
  bool show_last();

 private:
  void append_text(std::string_view text);
  void append_binary(std::string_view data);
  void append_indented(std::string_view body);

  LineOutput& out_;
  MessageLook look_;
  TimeStamper& stamper_;
  std::string lines_;
  std::string body_;
  std::string last_elided_;
};

}  // namespace wscope::output
