// Words that several presenters say the same way: closes, durations, counts. Pure.
//
// What came from the network is escaped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/event_sink.h"

namespace wscope::output {

/// `1000 (normal) "bye"`, `1000 (normal)`, `no code`.
std::string close_words(std::optional<std::uint16_t> code, std::string_view reason);

/// `closed by the server: 1000 (normal) "bye"`, or by the client, where it is a listener's.
std::string closed_words(const Closed& closed);

/// "0.4 ms", "1.25 s".
std::string duration_words(double seconds);

/// "1 byte", "12 bytes".
std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace wscope::output
