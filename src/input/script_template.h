// A script's template and what its references mean → the text.
//
// $NAME, ${NAME}, ${NAME.GROUP}, ${NAME/POINTER} (RFC 6901) and ${NAME:-DEFAULT} stand for values,
// $$ for a dollar sign; a $ before anything else is itself. In JSON a value within a string is
// escaped and one outside stands as it is; in a regular expression a value is taken literally;
// among hexadecimal digits the lookup gives the digits of bytes. Pure. What can fail: an Error
// whose message is a phrase without the place: "${x is not closed by }", or the lookup's own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::input {

enum class TemplateStyle { kPlain, kJson, kRegex, kHex };

struct ScriptReference {
  std::string name;
  std::string part;  // "", ".2", ".user", "/items/0"
  std::optional<std::string> fallback;
  TemplateStyle style = TemplateStyle::kPlain;  // of the text it stands in
};

using Expanded = Result<std::string>;
using ScriptLookup = std::function<Expanded(const ScriptReference&)>;

Expanded expand(std::string_view text, TemplateStyle style, const ScriptLookup& lookup);

bool is_script_name(std::string_view word);

}  // namespace wscope::input
