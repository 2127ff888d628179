#include <doctest/doctest.h>

#include <string>

#include "input/slash_command.h"

using namespace wscope;
using namespace wscope::input;
using Kind = Action::Kind;
using namespace std::string_literals;

namespace {

std::string error_of(std::string_view line) {
  const auto parsed = parse_slash_command(line);
  return parsed ? "" : parsed.error().message;
}

std::string help_with(void (*choose)(Options&)) {
  Options options;
  choose(options);
  return slash_help(options, 80);
}

}  // namespace

TEST_CASE("each command becomes its action") {
  struct Row {
    std::string line;
    Kind kind;
    std::string data;
    int code = 0;
    bool flag = false;
  };
  const Row rows[] = {
      {"/ping", Kind::kPing, ""},
      {"/ping a  b ", Kind::kPing, "a  b "},
      {"/pong \xff", Kind::kPong, "\xff"},
      {"/close", Kind::kClose, "", 1000},
      {"/close 1001", Kind::kClose, "", 1001},
      {"/close 4000 good bye", Kind::kClose, "good bye", 4000},
      {"/close 1000, as in wscat", Kind::kClose, "as in wscat", 1000},
      {"/close going-away", Kind::kClose, "", 1001},
      {"/close Policy_Violation no  way ", Kind::kClose, "no  way", 1008},
      {"/binary 00 ff", Kind::kBinary, "\x00\xff"s},
      {"/binary", Kind::kBinary, ""},
      {"/info ", Kind::kInfo, ""},
      {"/trace on", Kind::kTrace, "", 0, true},
      {"/trace off", Kind::kTrace, ""},
      {"/reconnect", Kind::kReconnect, ""},
      {"/quit", Kind::kQuit, ""},
      {"//text", Kind::kText, "/text"},
      {"//", Kind::kText, "/"},
      {"///x", Kind::kText, "//x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const auto command = parse_slash_command(row.line);
    REQUIRE(command.has_value());
    CHECK(command->kind == SlashCommand::Kind::kAction);
    const Action action = command->action();
    CHECK(action.kind == row.kind);
    CHECK(action.data == row.data);
    CHECK(action.code.value_or(0) == row.code);
    CHECK(action.flag == row.flag);
  }
}

TEST_CASE("commands that are no action yet carry their argument") {
  const auto file = parse_slash_command("/file  a b.txt ");
  REQUIRE(file.has_value());
  CHECK(file->kind == SlashCommand::Kind::kFile);
  CHECK(file->data == "a b.txt");
  CHECK_FALSE(file->flag);
  const auto binary = parse_slash_command("/file -b -b");
  REQUIRE(binary.has_value());
  CHECK(binary->data == "-b");
  CHECK(binary->flag);
  const auto json = parse_slash_command("/json {\"a\":");
  REQUIRE(json.has_value());
  CHECK(json->kind == SlashCommand::Kind::kJson);
  CHECK(json->data == "{\"a\":");
  CHECK(parse_slash_command("/help")->kind == SlashCommand::Kind::kHelp);
  const auto edit = parse_slash_command("/edit some text ");
  REQUIRE(edit.has_value());
  CHECK(edit->kind == SlashCommand::Kind::kEdit);
  CHECK(edit->data == "some text ");
  CHECK(parse_slash_command("/edit")->data.empty());
}

TEST_CASE("what can't be done is told, and why") {
  CHECK(error_of("/foo bar") == "unknown command \"/foo\": not sent");
  CHECK(error_of("/") == "unknown command \"/\": not sent");
  CHECK(error_of("/pingx") == "unknown command \"/pingx\": not sent");
  CHECK(error_of("/PING") == "unknown command \"/PING\": not sent");
  CHECK(error_of("/ping " + std::string(126, 'x')) ==
        "a ping or pong carries at most 125 bytes, not 126: not sent");
  CHECK(error_of("/ping " + std::string(125, 'x')).empty());
  CHECK(error_of("/close soon") == "/close \"soon\": not a close code");
  CHECK(error_of("/close 1005") ==
        "can't close with that code: 1005 is reserved: it says that a Close came without a code");
  CHECK(error_of("/close 1006") ==
        "can't close with that code: 1006 is reserved: it says that no Close came");
  CHECK(error_of("/close 1015") ==
        "can't close with that code: 1015 is reserved: it says that the TLS handshake failed");
  CHECK(error_of("/close 999") ==
        "can't close with that code: 999 is not a close code: they begin at 1000");
  CHECK(error_of("/close 1000 " + std::string(124, 'x')) ==
        "the reason of a Close takes at most 123 bytes, not 124: not sent");
  CHECK(error_of("/close 1000 " + std::string(123, 'x')).empty());
  CHECK(error_of("/close 1000 \xff") == "the reason of the Close is not UTF-8: not sent");
  CHECK(error_of("/binary 4") == "/binary \"4\" has an odd number of hexadecimal digits: not sent");
  CHECK(error_of("/file") == "/file needs a path");
  CHECK(error_of("/file -b ") == "/file needs a path");
  CHECK(error_of("/trace") == "/trace takes on or off");
  CHECK(error_of("/quit now") == "this command takes no argument: \"now\"");
}

TEST_CASE("an error never repeats control characters or endless words") {
  CHECK(error_of("/\x1b[2J") == "unknown command \"/\\x1b[2J\": not sent");
  CHECK(error_of("/\u009b2J\u202ex") == "unknown command \"/\\u{9b}2J\\u{202e}x\": not sent");
  CHECK(error_of("/\xff") == "unknown command \"/\\xff\": not sent");
  CHECK(error_of("/" + std::string(500, 'x')).size() < 120);
  // A character of two bytes at the limit is left out whole.
  CHECK(error_of("/" + std::string(62, 'x') + "üü") ==
        "unknown command \"/" + std::string(62, 'x') + "…\": not sent");
}

TEST_CASE("/help and completion read the same table") {
  CHECK(slash_command_names().size() == 18);
  const Options plain;
  for (const std::size_t columns :
       {std::size_t{26}, std::size_t{40}, std::size_t{75}, std::size_t{76}, std::size_t{200}}) {
    CAPTURE(columns);
    const std::string help = slash_help(plain, columns);
    for (const std::string_view name : {"/ping", "/info", "/reconnect", "/quit"}) {
      CAPTURE(name);
      const std::size_t at = help.find("  " + std::string(name));
      REQUIRE(at != std::string::npos);
      const char behind = help[at + 2 + name.size()];
      CHECK((behind == ' ' || behind == '\n'));
    }
    for (const char* keys : {"Tab", "Ctrl-R", "Ctrl-X Ctrl-E"}) {
      CHECK(help.find(keys) != std::string::npos);
    }
    std::size_t begin = 0;
    while (begin < help.size()) {
      const std::size_t end = help.find('\n', begin);
      CHECK(end - begin < columns);
      begin = end + 1;
    }
  }
  for (const std::string_view name : slash_command_names()) {
    CAPTURE(name);
    CHECK(error_of(name).find("unknown") == std::string::npos);
  }
  CHECK(slash_help(plain, 40).find("  /ping [DATA]\n      send a ping\n") != std::string::npos);
  CHECK(slash_help(plain, 26).find("      send a file: text\n      if it is UTF-8,\n") !=
        std::string::npos);
  CHECK(slash_help(plain, 80).find("  /ping [DATA]             send a ping\n") !=
        std::string::npos);
}

TEST_CASE("/help lists what is of use") {
  using Dialect = DialectOptions::Kind;
  const auto lists = [](const std::string& help, const std::string& command) {
    return help.find("  " + command + " ") != std::string::npos;
  };
  const std::string plain = help_with([](Options&) {});
  for (const char* other : {"/to", "/call", "/ack", "/notify", "/complete"}) {
    CAPTURE(other);
    CHECK(!lists(plain, other));
  }
  const std::string socketio = help_with([](Options& o) { o.dialect.kind = Dialect::kSocketIo; });
  CHECK((lists(socketio, "/call") && lists(socketio, "/ack") && !lists(socketio, "/notify")));
  const std::string jsonrpc = help_with([](Options& o) { o.dialect.kind = Dialect::kJsonRpc; });
  CHECK((lists(jsonrpc, "/notify") && lists(jsonrpc, "/ack") && !lists(jsonrpc, "/call")));
  CHECK(lists(help_with([](Options& o) { o.dialect.kind = Dialect::kGraphql; }), "/complete"));
  const std::string listening = help_with([](Options& o) { o.listen.enabled = true; });
  CHECK((lists(listening, "/to") && !lists(listening, "/reconnect")));
}
