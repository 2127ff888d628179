#include <doctest/doctest.h>

#include <string>

#include "base/graphql_scanner.h"

using wscope::GraphqlScanner;
using State = GraphqlScanner::State;

namespace {

State state_of(std::string_view text) {
  GraphqlScanner scanner;
  scanner.feed(text);
  scanner.finish();
  return scanner.state();
}

}  // namespace

TEST_CASE("brackets that balance, and that don't") {
  for (const char* text : {"", "{ a }", "query Q($a: [Int!]!) { a(b: {c: 1}) }\n", "{ a } # {",
                           "{ a(b: \"{\") }", R"({ a(b: "\"{") })", "{ a(b: \"\") }",
                           R"({ a(b: """{ " \""" {""") })", "# (\n{ a }", R"({"query":"{"})"}) {
    CAPTURE(text);
    CHECK(state_of(text) == State::kClosed);
  }
  for (const char* text : {"{", "query {\n a {", "{ a(b: 1", "{ a # }", R"(""")",
                           R"({ a(b: """} \""")", "{ a(b: [\"]\"", "{ a }\n{"}) {
    CAPTURE(text);
    CHECK(state_of(text) == State::kOpen);
  }
  for (const char* text : {"}", "{ a )", "{ a } }", "{ a(b: \"\n\") }", "{ a(b: \"", "\"\\"}) {
    CAPTURE(text);
    CHECK(state_of(text) == State::kBroken);
  }
}

TEST_CASE("what is open, and again from the start") {
  GraphqlScanner scanner;
  scanner.feed("{ a(\n");
  CHECK(scanner.open() == "(");
  scanner.feed("b: \"\"\"\n)");
  CHECK(scanner.open() == "\"\"\"");
  scanner.feed("\"\"\")");
  CHECK(scanner.open() == "{");
  scanner.reset();
  CHECK(scanner.state() == State::kClosed);
}
