// ScriptVariables: the values a script has kept or set, and the environment behind them.
//
// lookup() answers one reference of a template: a name the script gave, else an environment
// variable, else the reference's default; .GROUP is a group of the expression that kept the value,
// /POINTER leads into the JSON message it came from; among hexadecimal digits a value kept from a
// binary message is its bytes in such digits. What can fail: Stage::kUsage for a name nobody
// gave and for a message that has no such member; the message is a phrase without the place. Pure
// but for the environment, which is given.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "input/script_template.h"
#include "session/script_match.h"

namespace wscope::session {

class ScriptVariables {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  explicit ScriptVariables(Environment environment) : environment_(std::move(environment)) {}

  void set(const std::string& name, ScriptValue value) { values_[name] = std::move(value); }
  input::Expanded lookup(const input::ScriptReference& reference) const;
  input::Expanded expand(const std::string& text,
                         input::TemplateStyle style = input::TemplateStyle::kPlain) const;

 private:
  input::Expanded part_of(const ScriptValue& value, const input::ScriptReference& reference) const;

  Environment environment_;
  std::map<std::string, ScriptValue> values_;
};

}  // namespace wscope::session
