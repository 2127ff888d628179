#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "input/typed_messages.h"
#include "support/temporary_folder.h"

using namespace wscope;
using namespace wscope::input;
using Kind = Action::Kind;

namespace {

struct Typing {
  explicit Typing(MessageOptions messages = {}, bool multiline = true) {
    options.messages = std::move(messages);
    options.terminal.history = false;
    options.terminal.multiline = multiline;
  }
  TypedMessages::Outcome add(const std::string& line) {
    if (!typed) typed.emplace(options, actions, words);
    return typed->add(line, line);
  }
  std::vector<std::pair<Kind, std::string>> pulled() {
    std::vector<std::pair<Kind, std::string>> all;
    Action action;
    while (actions.next(action) == ActionSource::Pull::kAction) {
      all.emplace_back(action.kind, action.data);
    }
    return all;
  }
  Options options;
  ActionQueue actions;
  RecentWords words;
  std::optional<TypedMessages> typed;
};

using Pulled = std::vector<std::pair<Kind, std::string>>;

}  // namespace

TEST_CASE("a line is a message, remembered; an empty one is nothing") {
  Typing typing;
  CHECK(typing.add("hello").remember == "hello");
  CHECK(typing.add("").remember.empty());
  CHECK(typing.add(" hidden").remember.empty());
  CHECK(typing.pulled() == Pulled{{Kind::kText, "hello"}, {Kind::kText, " hidden"}});
  CHECK(typing.words.beginning_with("he") == std::vector<std::string>{"hello"});
}

TEST_CASE("with --input json a message is a JSON text, whatever lines it stands on") {
  MessageOptions messages;
  messages.input = InputFormat::kJson;
  Typing typing(messages, false);
  CHECK(typing.add("hello").show == "wscope: not JSON: expected a value: not sent\n");
  CHECK(typing.add("[1,").show.empty());
  CHECK(typing.typed->begun());
  CHECK(typing.add("2]").remember == "[1,\n2]");
  CHECK(typing.add("42").show.empty());
  CHECK(typing.add("/ping x").show.empty());
  CHECK(typing.add("[bad").show == "wscope: not JSON: expected a value or ']': not sent\n");
  CHECK(typing.pulled() ==
        Pulled{{Kind::kText, "[1,\n2]"}, {Kind::kText, "42"}, {Kind::kPing, "x"}});
}

TEST_CASE("several lines of which one is a big paste are remembered whole, too") {
  Typing typing;
  const std::string big = "\"" + std::string(9000, 'x') + "\"";
  typing.add("{\"a\":");
  typing.typed->add(big, "[paste 1: 9002 bytes]");
  CHECK(typing.add("}").remember == "{\"a\":\n" + big + "\n}");
}

TEST_CASE("several lines are remembered as the one message they make") {
  Typing typing;
  CHECK(typing.add("[1,").remember.empty());
  CHECK(typing.typed->begun());
  CHECK(typing.add("").remember.empty());
  CHECK(typing.add("2]").remember == "[1,\n\n2]");
  CHECK(typing.pulled() == Pulled{{Kind::kText, "[1,\n\n2]"}});
  typing.add("/json");
  const auto outcome = typing.add("{}");
  CHECK(outcome.remember == "{}");
  CHECK(typing.pulled() == Pulled{{Kind::kText, "{}"}});
}

TEST_CASE("a command within a message that has begun is part of it") {
  Typing typing;
  typing.add("a\\");
  CHECK_FALSE(typing.add("/quit").quit);
  CHECK(typing.pulled() == Pulled{{Kind::kText, "a\n/quit"}});
}

TEST_CASE("mistakes are shown, and nothing is sent") {
  Typing typing;
  CHECK(typing.add("/nope").show.substr(0, 30) == "wscope: unknown command \"/nope");
  CHECK(typing.add("/nope").remember == "/nope");
  CHECK(typing.add("/auth me:secret").remember.empty());
  CHECK(typing.add("/json {x}").show ==
        "wscope: not JSON: expected a name in quotes or '}': not sent\n");
  CHECK(typing.add("a\xff").show ==
        "wscope: the line is not UTF-8 at byte 2: not sent\n"
        "wscope: hint: --binary sends it as it is\n");
  CHECK(typing.add("/file /nowhere/at/all").show ==
        "wscope: can't read /nowhere/at/all: no such file or directory: not sent\n");
  CHECK(typing.pulled().empty());
}

TEST_CASE("/help, /edit and /quit are told to the owner") {
  Typing typing;
  CHECK(typing.add("/help").help);
  CHECK(typing.add("/edit a text").edit == "a text");
  CHECK(typing.add("/edit").edit == "");
  CHECK_FALSE(typing.add("/ping").edit);
  typing.pulled();
  CHECK(typing.add("/quit").quit);
  CHECK(typing.pulled().empty());
}

TEST_CASE("what was edited is sent, unless there is nothing new in it") {
  Typing typing;
  typing.add("/edit");
  const auto sent = typing.typed->edited("before", std::string("after\nall"));
  CHECK(sent.sent);
  CHECK(sent.remember == "after\nall");
  CHECK(typing.pulled() == Pulled{{Kind::kText, "after\nall"}});
  CHECK(typing.typed->edited("same", std::string("same")).show ==
        "wscope: the text is unchanged: nothing was sent\n");
  CHECK(typing.typed->edited("before", std::string()).show ==
        "wscope: an empty text: nothing was sent\n");
  CHECK(typing.typed->edited("before", wscope::fail(Stage::kInput, "no editor")).show ==
        "wscope: no editor\n");
  CHECK(typing.typed->edited("before", std::string("\xff")).show.find("UTF-8") !=
        std::string::npos);
  CHECK(typing.pulled().empty());
}

TEST_CASE("of what nobody typed as a line, the session hears so") {
  Typing typing;
  typing.add("typed");
  typing.typed->edited("", std::string("edited"));
  CHECK(typing.typed->bound("buzz").remember.empty());
  typing.typed->bound("/binary 41");
  std::vector<bool> untyped;
  Action action;
  while (typing.actions.next(action) == ActionSource::Pull::kAction) {
    untyped.push_back(action.untyped);
  }
  CHECK(untyped == std::vector<bool>{false, true, true, true});
}

TEST_CASE("/to sends to one client") {
  Typing typing;
  typing.add("/to 3 hello");
  typing.add("hello");
  Action action;
  typing.actions.next(action);
  CHECK(action.client == 3);
  CHECK(action.data == "hello");
  typing.actions.next(action);
  CHECK(action.client == 0);
  CHECK(typing.add("/to 3 \xff").show.find("UTF-8") != std::string::npos);
  CHECK(typing.add("/to 3").show ==
        "wscope: /to 3 has no text: not sent\nwscope: hint: /to N TEXT\n");
}

TEST_CASE("several lines are a message, whatever they begin with, unless a command takes them") {
  Typing typing;
  for (const char* text : {"// a\nint x;", "/ping a\nb", "/usr/bin/a\n/usr/bin/b", "/\n", "//\n"}) {
    CHECK(typing.add(text).show.empty());
    CHECK(typing.pulled() == Pulled{{Kind::kText, text}});
  }
  typing.add("/to 2 a\nb");
  typing.add("/json [1,\n2]");
  CHECK(typing.pulled() == Pulled{{Kind::kText, "a\nb"}, {Kind::kText, "[1,\n2]"}});
  CHECK(typing.add("/edit a\nb").edit == "a\nb");
  CHECK(typing.typed->add("// big\nand more", "[paste 1: 1.0 MiB]").show.empty());
  CHECK(typing.typed->add("/one line", "[paste 2: 1.0 MiB]").show.empty());
  CHECK(typing.pulled() == Pulled{{Kind::kText, "// big\nand more"}, {Kind::kText, "/one line"}});
}

TEST_CASE("-b and --input count for typed lines too") {
  MessageOptions messages;
  messages.binary = true;
  Typing binary(messages);
  binary.add("\xff");
  binary.add("//x");
  CHECK(binary.pulled() == Pulled{{Kind::kBinary, "\xff"}, {Kind::kBinary, "/x"}});
  messages = {};
  messages.input = InputFormat::kHex;
  Typing hex(messages);
  hex.add("41 42");
  CHECK(hex.add("4").show ==
        "wscope: the line has an odd number of hexadecimal digits: not sent\n");
  hex.add("/ping x");
  CHECK(hex.pulled() == Pulled{{Kind::kBinary, "AB"}, {Kind::kPing, "x"}});
}

TEST_CASE("with -b a file is binary, too") {
  const test::TemporaryFolder folder;
  MessageOptions messages;
  messages.binary = true;
  Typing binary(messages);
  binary.add("/file " + folder.write("text", "text"));
  CHECK(binary.pulled() == Pulled{{Kind::kBinary, "text"}});
}

TEST_CASE("of a message too long for the history, the line as shown is remembered") {
  Typing typing;
  typing.add("x");
  const auto outcome = typing.typed->add(std::string(9000, 'y'), "[paste 1: 9000 bytes]");
  CHECK(outcome.remember == "[paste 1: 9000 bytes]");
}

TEST_CASE("/to keeps the number of its client, a plain line is for all") {
  Typing typing;
  typing.add("/to 2 psst");
  typing.add("hello");
  typing.add("//to all");
  std::vector<std::pair<std::size_t, std::string>> said;
  Action action;
  while (typing.actions.next(action) == ActionSource::Pull::kAction) {
    said.emplace_back(action.client, action.data);
  }
  CHECK(said == decltype(said){{2, "psst"}, {0, "hello"}, {0, "/to all"}});
}
