// json_text: a message that is JSON, indented and coloured without being understood.
//
// A small validating scanner walks over the text and copies every token as it stands, so digits of
// numbers, the order of keys, duplicates and escapes survive. Only whole objects and arrays nested
// at most kMaxJsonDepth deep are taken, and none that indentation would make much larger: deep ones
// grow to quadratic size. Anything else is left to the caller as plain text. Pure.
#pragma once

#include <string>
#include <string_view>

#include "output/palette.h"

namespace wscope::output {

struct JsonStyle {
  bool indent = false;  // else white space stays as it is
  bool escape = true;   // unsafe characters in strings become visible (terminals)
  const Palette& palette = Palette::none();
};

constexpr std::size_t kMaxJsonDepth = 256;

/// Appends the formatted text; false, and nothing appended, when it is no JSON object or array.
bool append_json(std::string& out, std::string_view text, const JsonStyle& style);

}  // namespace wscope::output
