// A line of a recording (--record, --json) → what happened then, as far as a replay wants to know.
//
// Pure. `line` is one JSON object without its newline; members that are not asked for are passed
// over, so recordings of later versions can be read. What can fail is told as a phrase that follows
// the line's name: "no JSON object", "\"t\" is no time". Seconds since the start of the run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/event_sink.h"

namespace wscope::input {

struct RecordedEvent {
  enum class Kind {
    kOpening,  // a step before the connection is open
    kOpen,     // subprotocol
    kMessage,  // type, data
    kPing,     // data
    kPong,     // data
    kClose,    // code, data as reason
    kLost,     // the connection ended without a Close
    kEnd,      // of the run
    kOther,
  };
  Kind kind = Kind::kOther;
  double time = 0;
  Direction direction = Direction::kReceived;  // as it was for the recorder; of a Close: the first
  MessageType type = MessageType::kText;
  std::string data;
  std::optional<std::uint16_t> code;
  std::string subprotocol;
  std::string connection;  // of a script, by name
  std::size_t client = 0;  // of a listener, by number
  std::size_t line = 0;    // in the file; whoever reads the file fills it in
};

/// The event, or what is wrong with the line.
using ParsedEvent = tl::expected<RecordedEvent, std::string>;

ParsedEvent parse_recorded_event(std::string_view line);

}  // namespace wscope::input
