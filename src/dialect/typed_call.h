// typed_call: a typed line → the name of an event or method, and its arguments as JSON.
//
// `name arg…`: arguments are JSON values with blanks between them; a text that is not that is one
// string. A name with blanks, and one that would look like JSON, stands in quotes. Where all of the
// arguments look like JSON and one is none, that is a slip of the fingers, which nobody wants sent
// as a string; "[12:00] started" is text. Pure; any thread. What can fail: Stage::kInput, with a
// hint.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace wscope::dialect {

struct TypedCall {
  std::string name;  // empty: none stands there
  std::vector<std::string> arguments;
};

Result<TypedCall> typed_call(std::string_view text);

/// "1 {}" → `1`, `{}`; "good day" → `"good day"`; nothing typed → none; "{a:1}" fails.
Result<std::vector<std::string>> typed_arguments(std::string_view text);

/// That `text` is no JSON, and why.
Error not_json(std::string_view text, std::string hint);

}  // namespace wscope::dialect
