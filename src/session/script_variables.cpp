#include "session/script_variables.h"

#include <utility>

#include "base/byte_text.h"
#include "base/escape.h"
#include "base/json_scanner.h"
#include "session/script_json.h"

namespace wscope::session {

input::Expanded ScriptVariables::lookup(const input::ScriptReference& reference) const {
  const auto found = values_.find(reference.name);
  if (found != values_.end()) {
    auto part = part_of(found->second, reference);
    if (!part && reference.fallback) return *reference.fallback;
    return part;
  }
  if (const auto value = environment_(reference.name); value && reference.part.empty()) {
    return *value;
  }
  if (reference.fallback) return *reference.fallback;
  return fail(Stage::kUsage,
              "no value is named " + printable(reference.name) +
                  ": neither kept by the script nor in the environment",
              "a dollar sign is $$, in a regular expression \\$$");
}

input::Expanded ScriptVariables::part_of(const ScriptValue& value,
                                         const input::ScriptReference& reference) const {
  if (reference.part.empty()) {
    if (!value.binary || reference.style != input::TemplateStyle::kHex) return value.text;
    std::string digits;
    append_hex(digits, value.text);
    return digits;
  }
  if (reference.part.front() == '/') {
    if (auto text = json_at(value.whole, reference.part)) return *text;
    if (!is_json(value.whole)) {
      return fail(Stage::kUsage,
                  "the message kept as " + printable(reference.name) + " is no JSON");
    }
    return fail(Stage::kUsage, "there is no " + printable(reference.part) +
                                   " in the message kept as " + printable(reference.name));
  }
  const auto part = value.parts.find(reference.part.substr(1));
  if (part != value.parts.end()) return part->second;
  return fail(Stage::kUsage, "the expression that kept " + printable(reference.name) +
                                 " has no group " + printable(reference.part.substr(1)));
}

input::Expanded ScriptVariables::expand(const std::string& text, input::TemplateStyle style) const {
  return input::expand(
      text, style, [this](const input::ScriptReference& reference) { return lookup(reference); });
}

}  // namespace wscope::session
