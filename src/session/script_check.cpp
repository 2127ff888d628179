#include "session/script_check.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/http_field.h"
#include "input/script_template.h"
#include "net/url.h"
#include "ws/custom_header.h"

namespace wscope::session {
namespace {

using input::ScriptStatement;
using Kind = ScriptStatement::Kind;

/// The text, where no value stands in it.
std::optional<std::string> literal(std::string_view text) {
  auto plain = input::expand(text, input::TemplateStyle::kPlain, [](const input::ScriptReference&) {
    return input::Expanded(fail(Stage::kUsage, {}));
  });
  if (!plain) return std::nullopt;
  return std::move(*plain);
}

Result<void> check_url(const std::string& text) {
  const auto url = literal(text);
  if (!url) return {};
  if (auto parsed = net::parse_url(*url); !parsed) return fail(std::move(parsed.error()));
  return {};
}

Result<void> check_header(const std::string& text) {
  if (const auto header = literal(text)) return check_script_header(*header);
  const std::string_view name = std::string_view(text).substr(0, text.find(':'));
  if (name.find('$') != std::string_view::npos) return {};
  return ws::check_header_name(name);
}

Result<void> check_statements(const std::vector<ScriptStatement>& statements,
                              const std::string& file) {
  for (const ScriptStatement& statement : statements) {
    Result<void> checked;
    if (statement.kind == Kind::kConnect) checked = check_url(statement.text);
    if (statement.kind == Kind::kHeader) checked = check_header(statement.text);
    if (!checked) {
      Error error = std::move(checked.error());
      error.message = fmt::format("{}:{}: {}", file, statement.line, error.message);
      return fail(std::move(error));
    }
    // Blocks are nested kMaxScriptDepth deep at most.
    if (auto inner = check_statements(statement.body, file); !inner) return inner;
  }
  return {};
}

}  // namespace

Result<void> check_script(const input::Script& script) {
  return check_statements(script.statements, script.file);
}

Result<void> check_script_header(std::string_view header) {
  const std::size_t colon = header.find(':');
  if (colon == std::string_view::npos) {
    return fail(Stage::kUsage, "with its values filled in it has no colon behind the name");
  }
  const std::string_view name = header.substr(0, colon);
  if (auto checked = ws::check_header_name(name); !checked) return checked;
  return ws::check_header_value(name, trim_ows(header.substr(colon + 1)));
}

}  // namespace wscope::session
