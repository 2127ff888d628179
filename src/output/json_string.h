// json_string: bytes → what stands between the quotes of a JSON string (RFC 8259 section 7).
//
// Everything unsafe for a terminal (base/escape.h) is written as \u…, which means the same to a
// JSON reader, so the line can be shown anywhere. Bytes that are no UTF-8 become U+FFFD, or are
// refused. Clean text passes at the speed of a scan. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wscope::output {

void append_json_string(std::string& out, std::string_view text);
/// The same for valid UTF-8; else false, and nothing appended.
bool append_json_string_exactly(std::string& out, std::string_view text);

}  // namespace wscope::output
