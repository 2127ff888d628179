// A script's text → statements that can run, or one error that names a line of it; line ends of
// either kind mean the same, and what stands behind a script changes nothing before it.
//
// Input: one byte of switches, then the text.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/close_code.h"
#include "base/utf8.h"
#include "input/control_payload.h"
#include "input/script_parser.h"
#include "input/script_template.h"

using namespace wscope;
using input::Script;
using input::ScriptStatement;
using Kind = ScriptStatement::Kind;

namespace {

constexpr char kFile[] = "a.wscope";

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_block(Kind kind) {
  return kind == Kind::kRepeat || kind == Kind::kWithin || kind == Kind::kUnordered;
}

bool has_references(const std::string& text) { return text.find('$') != std::string::npos; }

/// What the parser has judged holds: nothing fails later that could have been told before.
void require_sound(const ScriptStatement& one, std::size_t lines, std::size_t depth) {
  require(depth <= input::kMaxScriptDepth);
  require(one.line >= 1 && one.line <= lines && !one.source.empty());
  require(one.connection.empty() || input::is_script_name(one.connection));
  require(one.name.empty() || input::is_script_name(one.name));
  require(!one.seconds || (std::isfinite(*one.seconds) && *one.seconds >= 0));
  require(one.body.empty() || is_block(one.kind));
  require(one.kind != Kind::kSet || !one.name.empty());
  if (one.kind == Kind::kPing || one.kind == Kind::kPong) {
    require(has_references(one.text) || !input::check_ping(one.text));
  }
  if (one.kind == Kind::kClose) {
    require(!one.code.number || why_not_sendable(*one.code.number).empty());
    require(!one.code.number || one.code.value.empty());
    const bool known = one.code.value.empty() && !has_references(one.text);
    require(!known || !input::check_close(one.code.number, one.text));
  }
  std::size_t before = one.line;
  for (const ScriptStatement& inner : one.body) {
    require(inner.line > before);
    before = inner.line;
    require_sound(inner, lines, depth + 1);
  }
}

/// Templates that were taken can be filled in, whatever the values are.
void require_expandable(const ScriptStatement& one) {
  const auto value = [](const input::ScriptReference& reference) -> input::Expanded {
    require(input::is_script_name(reference.name));
    return reference.fallback.value_or("\"\n\\$");
  };
  using input::TemplateStyle;
  require(one.kind == Kind::kTest || input::expand(one.text, TemplateStyle::kPlain, value));
  require(input::expand(one.code.value, TemplateStyle::kPlain, value).has_value());
  require(input::expand(one.pattern.code.value, TemplateStyle::kPlain, value).has_value());
  if (one.pattern.text) {
    require(input::expand(*one.pattern.text, TemplateStyle::kRegex, value).has_value());
    require(input::expand(*one.pattern.text, TemplateStyle::kJson, value).has_value());
  }
  for (const ScriptStatement& inner : one.body) require_expandable(inner);
}

std::string told(const ScriptStatement& one) {
  std::string words = std::to_string(static_cast<int>(one.kind)) + "@" + std::to_string(one.line);
  words += "|" + one.source + "|" + one.connection + "|" + one.text + "|" + one.name;
  words += "|" + one.pattern.text.value_or("-") + "|" + one.pattern.flags;
  words += "|" + std::to_string(one.seconds.value_or(-1)) + "|" + std::to_string(one.count);
  for (const ScriptStatement& inner : one.body) words += "(" + told(inner) + ")";
  return words;
}

std::string told(const Script& script) {
  std::string words;
  for (const ScriptStatement& one : script.statements) words += told(one) + "\n";
  return words;
}

void require_error_names_a_line(const Error& error, std::size_t lines) {
  require(error.stage == Stage::kUsage);
  const std::string begin = std::string(kFile) + ":";
  require(error.message.rfind(begin, 0) == 0);
  const unsigned long line = std::strtoul(error.message.c_str() + begin.size(), nullptr, 10);
  require(line >= 1 && line <= lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const bool has_url = (data[0] & 1) != 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t lines = 1;
  for (const char letter : text) lines += letter == '\n' ? 1 : 0;

  const auto script = input::parse_script(text, kFile, has_url);
  if (!script) {
    require_error_names_a_line(script.error(), lines);
    return 0;
  }
  require(is_valid_utf8(text));
  std::size_t before = 0;
  for (const ScriptStatement& one : script->statements) {
    require(one.line > before);
    before = one.line;
    require_sound(one, lines, 0);
    require_expandable(one);
  }

  const auto longer = input::parse_script(text + "\nsleep 1", kFile, has_url);
  require(longer.has_value());
  require(longer->statements.size() == script->statements.size() + 1);
  require(told(*longer).rfind(told(*script), 0) == 0);

  if (text.find('\r') == std::string::npos) {
    std::string foreign;
    for (const char letter : text)
      foreign += letter == '\n' ? std::string("\r\n") : std::string(1, letter);
    const auto same = input::parse_script(foreign, kFile, has_url);
    require(same && told(*same) == told(*script));
  }
  return 0;
}
