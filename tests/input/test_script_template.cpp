#include <doctest/doctest.h>

#include <string>

#include "input/script_template.h"

using namespace wscope;
using input::expand;
using input::ScriptReference;
using input::TemplateStyle;

namespace {

std::string filled(const std::string& text, const std::string& value,
                   TemplateStyle style = TemplateStyle::kPlain) {
  const auto out =
      expand(text, style, [&](const ScriptReference&) -> input::Expanded { return value; });
  return out ? *out : "error: " + out.error().message;
}

ScriptReference seen(const std::string& text) {
  ScriptReference got;
  const auto out =
      expand(text, TemplateStyle::kPlain, [&](const ScriptReference& reference) -> input::Expanded {
        got = reference;
        return std::string();
      });
  REQUIRE(out);
  return got;
}

}  // namespace

TEST_CASE("template: references, and dollars that are none") {
  CHECK(filled("a $x b ${y}c", "V") == "a V b Vc");
  CHECK(filled("$x$y", "V") == "VV");
  CHECK(filled("$$x costs 5$ or $5, $", "V") == "$x costs 5$ or $5, $");
  CHECK(filled("${x", "V") == "error: ${x is not closed by }");
  CHECK(filled("${}", "V") == "error: ${} names nothing");
  CHECK(filled("${a b}", "V").find("error: ' b'") == 0);
}

TEST_CASE("template: a text that is one long word costs its length") {
  // Measured anew for each character it would be 8 * 10^12 steps.
  const std::string word(std::size_t{4} << 20, 'x');
  CHECK((filled(word, "V") == word));
  CHECK((filled(word + "$" + word, "V") == word + "V"));
}

TEST_CASE("template: parts and defaults") {
  CHECK(seen("${m/items/0}").part == "/items/0");
  CHECK(seen("${m.2}").part == ".2");
  const auto reference = seen("${HOST:-local host}");
  CHECK(reference.name == "HOST");
  CHECK(*reference.fallback == "local host");
  CHECK(*seen("${X:-}").fallback == "");
}

TEST_CASE("template: a value is escaped where JSON or an expression needs it") {
  CHECK(filled(R"({"a": "$x", "n": $x})", "1\"2\n", TemplateStyle::kJson) ==
        "{\"a\": \"1\\\"2\\n\", \"n\": 1\"2\n}");
  CHECK(filled(R"(["\"$x"])", "\"", TemplateStyle::kJson) == R"(["\"\""])");
  CHECK(filled("^$x$", "a.b", TemplateStyle::kRegex) == "^a\\.b$");
}
