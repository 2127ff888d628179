// Message writers: received messages → bytes on stdout, for pipes and files, one class a format.
//
//   text    text and '\n'; a binary message as its raw bytes      nul     message and NUL
//   raw     the bytes alone      hex, base64     one line a message
// Those of the first line and raw take large messages in pieces. A payload is never altered. Tens
// of millions of messages pass here: a writer does the least it can per message. What can't be
// written is the OutputStream's to tell. The decorated writer is that of all formats but raw for
// those who ask for more in a pipe: time stamps, and of text --pretty and --color always.
#pragma once

#include <memory>

#include "base/event_sink.h"
#include "base/options.h"
#include "output/output_stream.h"
#include "output/palette.h"
#include "output/time_stamp.h"

namespace wscope::output {

/// `format` is one of kText, kNul, kRaw, kHex, kBase64.
std::unique_ptr<EventSink> make_message_writer(OutputFormat format, OutputStream& out);

/// `format` is one of kText, kNul, kHex, kBase64.
std::unique_ptr<EventSink> make_decorated_writer(OutputFormat format, OutputStream& out,
                                                 TimeStamper& stamper, bool pretty,
                                                 const Palette& palette);

}  // namespace wscope::output
