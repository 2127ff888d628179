#include "output/pipe_messages.h"

#include "output/json_events.h"
#include "output/message_writers.h"

namespace wscope::output {

std::unique_ptr<EventSink> make_pipe_sink(const Options& options, const Clock& clock,
                                          OutputStream& out, LineOutput& lines,
                                          TimeStamper& stamper, const Palette& palette) {
  const MessageOptions& messages = options.messages;
  if (messages.output == OutputFormat::kJson) {
    return std::make_unique<JsonEvents>(lines, clock, options.diagnosis.trace_secrets);
  }
  const bool decorated = messages.pretty || stamper.enabled() || palette.enabled();
  if (decorated && messages.output != OutputFormat::kRaw) {
    return make_decorated_writer(messages.output, out, stamper, messages.pretty, palette);
  }
  return make_message_writer(messages.output, out);
}

PipeMessages::PipeMessages(const Options& options, const Clock& clock, int fd)
    : out_(fd),
      lines_(out_),
      stamper_(options.messages.timestamps, clock),
      sink_(make_pipe_sink(options, clock, out_, lines_, stamper_,
                           choose_palette(options.terminal.color, false))) {}

}  // namespace wscope::output
