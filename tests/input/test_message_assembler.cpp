#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "input/message_assembler.h"

using wscope::input::MessageAssembler;
using Outcome = MessageAssembler::Outcome;

namespace {

/// The messages that the lines make; a last "…" where one is left open.
std::vector<std::string> assemble(
    const std::vector<std::string>& lines, bool multiline = true,
    MessageAssembler::Language language = MessageAssembler::Language::kJson) {
  MessageAssembler assembler(multiline, language);
  std::vector<std::string> messages;
  for (const std::string& line : lines) {
    if (assembler.add(line) == Outcome::kMessage) messages.push_back(assembler.take());
  }
  if (assembler.begun()) messages.push_back("…");
  return messages;
}

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("a line is a message") { CHECK(assemble({"a", " b "}) == Messages{"a", " b "}); }

TEST_CASE("a backslash at the end goes on with the next line") {
  CHECK(assemble({"a\\", "b\\", "c", "d"}) == Messages{"a\nb\nc", "d"});
  CHECK(assemble({"\\", ""}) == Messages{"\n"});
  CHECK(assemble({"a\\\\"}) == Messages{"a\\\\"});
  CHECK(assemble({"a\\\\\\", "b"}) == Messages{"a\\\\\nb"});
  CHECK(assemble({"a\\"}) == Messages{"…"});
}

TEST_CASE("JSON that was opened goes on until it balances") {
  CHECK(assemble({"{\"a\": [1,", "", " 2]", "}", "next"}) ==
        Messages{"{\"a\": [1,\n\n 2]\n}", "next"});
  CHECK(assemble({"[]", "{}"}) == Messages{"[]", "{}"});
  CHECK(assemble({" ["}) == Messages{"…"});
}

TEST_CASE("what only looks like JSON is sent as it stands") {
  CHECK(assemble({"[hi there", "x"}) == Messages{"[hi there", "x"});
  CHECK(assemble({"{:-)"}) == Messages{"{:-)"});
  CHECK(assemble({"[1] and more"}) == Messages{"[1] and more"});
  CHECK(assemble({"[1,", "oops"}) == Messages{"[1,\noops"});
  CHECK(assemble({"[note]\\", "more"}) == Messages{"[note]\nmore"});
  CHECK(assemble({"12", "\"s"}) == Messages{"12", "\"s"});
}

TEST_CASE("switched off, each line is a message whatever it holds") {
  CHECK(assemble({"a\\", "{", "["}, false) == Messages{"a\\", "{", "["});
}

TEST_CASE("behind /json anything balances or is refused") {
  MessageAssembler assembler(false);
  CHECK(assembler.add_json("") == Outcome::kMore);
  CHECK(assembler.begun());
  CHECK(assembler.add("{\"a\"") == Outcome::kMore);
  CHECK(assembler.add(":1}") == Outcome::kMessage);
  CHECK(assembler.take() == "{\"a\"\n:1}");
  CHECK_FALSE(assembler.begun());
  CHECK(assembler.add_json("5") == Outcome::kMessage);
  CHECK(assembler.take() == "5");
  CHECK(assembler.add_json("{a}") == Outcome::kNotJson);
  CHECK(assembler.what_was_wrong() == "expected a name in quotes or '}'");
  CHECK(assembler.take() == "{a}");
  CHECK_FALSE(assembler.begun());
}

TEST_CASE("drop forgets what was begun") {
  MessageAssembler assembler(true);
  assembler.add("[");
  assembler.drop();
  CHECK_FALSE(assembler.begun());
  CHECK(assembler.add("x") == Outcome::kMessage);
  CHECK(assembler.take() == "x");
}

TEST_CASE("a GraphQL query goes on until its brackets are closed") {
  const auto queries = [](const std::vector<std::string>& lines, bool multiline = true) {
    return assemble(lines, multiline, MessageAssembler::Language::kGraphql);
  };
  CHECK(queries({"query {", " me { name }", "", "}", "{ a }"}) ==
        Messages{"query {\n me { name }\n\n}", "{ a }"});
  CHECK(queries({"mutation M(", "$a: Int # }", ") { a(b: \"{\") }"}) ==
        Messages{"mutation M(\n$a: Int # }\n) { a(b: \"{\") }"});
  CHECK(queries({"{ a(b: \"\"\"", "}\\", "\"\"\") }"}) ==
        Messages{"{ a(b: \"\"\"\n}\\\n\"\"\") }"});
  CHECK(queries({"{\"query\":", "\"{a}\"}"}) == Messages{"{\"query\":\n\"{a}\"}"});
  CHECK(queries({"{ a )", "}", "query \\", "{ a }"}) == Messages{"{ a )", "}", "query \n{ a }"});
  CHECK(queries({"{ a"}) == Messages{"…"});
  CHECK(queries({"{ a", "}"}, false) == Messages{"{ a", "}"});
}
