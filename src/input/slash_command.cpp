#include "input/slash_command.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/byte_text.h"
#include "base/close_code.h"
#include "base/escape.h"
#include "input/control_payload.h"

namespace wscope::input {
namespace {

using Parsed = Result<SlashCommand>;

struct Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view meaning;
  Parsed (*parse)(std::string_view argument);
  bool (*useful)(const Options& options) = [](const Options&) { return true; };

  /// A message is among its arguments.
  bool takes_lines() const {
    return arguments.find("TEXT") != arguments.npos || arguments.find("[ARG") != arguments.npos;
  }
};

// In /help, where the meaning of a command begins.
constexpr std::size_t kColumn = 25;
// On a narrower terminal the meaning stands below its command.
constexpr std::size_t kHelpColumns = 76;
constexpr std::size_t kIndent = 6;

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Cuts the first word off and leaves what follows the blanks behind it.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(text.find_first_not_of(" \t", end), text.size()));
  return word;
}

/// In lines of its own, broken where blanks are.
void append_below(std::string& text, std::string_view meaning, std::size_t columns) {
  std::size_t column = columns;
  while (!meaning.empty()) {
    const std::string_view word = take_word(meaning);
    // The last column stays free: not every terminal takes a newline behind it as one.
    if (column + 1 + word.size() >= columns) {
      text.append("\n").append(kIndent - 1, ' ');
      column = kIndent - 1;
    }
    text.append(" ").append(word);
    column += 1 + word.size();
  }
}

SlashCommand simply(Action::Kind what, std::string data = {}) {
  SlashCommand command;
  command.what = what;
  command.data = std::move(data);
  return command;
}

tl::unexpected<Error> refuse(std::string message, std::string hint = {}) {
  return fail(Stage::kInput, std::move(message), std::move(hint));
}

template <Action::Kind kWhat>
Parsed parse_control(std::string_view argument) {
  if (auto error = check_ping(argument)) return fail(std::move(*error));
  return simply(kWhat, std::string(argument));
}

template <Action::Kind kWhat>
Parsed parse_bare(std::string_view argument) {
  if (!trimmed(argument).empty()) {
    return refuse("this command takes no argument: " + quoted(trimmed(argument)));
  }
  return simply(kWhat);
}

Parsed parse_close(std::string_view argument) {
  std::string_view rest = trimmed(argument);
  SlashCommand command = simply(Action::Kind::kClose);
  command.code = 1000;
  if (rest.empty()) return command;
  std::string_view word = take_word(rest);
  if (word.back() == ',') word.remove_suffix(1);  // wscat writes "/close [code [, reason]]"
  command.code = close_code_from_word(word);
  if (!command.code) {
    return refuse("/close " + quoted(word) + ": not a close code",
                  "/close [code [reason]]; a code is a number or a name such as going-away");
  }
  command.data = rest;
  if (auto error = check_close(command.code, rest)) return fail(std::move(*error));
  return command;
}

Parsed parse_binary(std::string_view argument) {
  auto bytes = decode_hex(argument);
  if (!bytes) {
    return refuse("/binary " + quoted(trimmed(argument)) + " " + bytes.error() + ": not sent",
                  "for example /binary 48 65 6c 6c 6f");
  }
  return simply(Action::Kind::kBinary, std::move(*bytes));
}

Parsed parse_file(std::string_view argument) {
  std::string_view path = trimmed(argument);
  SlashCommand command;
  command.kind = SlashCommand::Kind::kFile;
  std::string_view rest = path;
  if (take_word(rest) == "-b") {
    command.flag = true;
    path = rest;
  }
  if (path.empty()) return refuse("/file needs a path", "/file [-b] PATH");
  command.data = path;
  return command;
}

/// At a listening wscope: "/to 3 hello".
Parsed parse_to(std::string_view argument) {
  std::string_view rest = trimmed(argument);
  const std::string_view word = take_word(rest);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || error != std::errc() || end != word.data() + word.size() || number == 0) {
    return refuse("/to needs the number of a client: " + quoted(word), "/to N TEXT");
  }
  if (rest.empty())
    return refuse("/to " + std::string(word) + " has no text: not sent", "/to N TEXT");
  SlashCommand command = simply(Action::Kind::kText, std::string(rest));
  command.client = number;
  return command;
}

Parsed parse_json(std::string_view argument) {
  SlashCommand command;
  command.kind = SlashCommand::Kind::kJson;
  command.data = argument;
  return command;
}

Parsed parse_trace(std::string_view argument) {
  SlashCommand command = simply(Action::Kind::kTrace);
  const std::string_view word = trimmed(argument);
  command.flag = word == "on";
  if (word != "on" && word != "off") return refuse("/trace takes on or off");
  return command;
}

Parsed parse_help(std::string_view) {
  SlashCommand command;
  command.kind = SlashCommand::Kind::kHelp;
  return command;
}

Parsed parse_edit(std::string_view argument) {
  SlashCommand command;
  command.kind = SlashCommand::Kind::kEdit;
  command.data = argument;
  return command;
}

bool listens(const Options& options) { return options.listen.enabled; }
bool connects(const Options& options) { return !options.listen.enabled; }
template <DialectOptions::Kind... kKinds>
bool speaks(const Options& options) {
  return ((options.dialect.kind == kKinds) || ...);
}

/// A command that only the dialect understands.
template <const std::string_view& kName>
Parsed parse_for_dialect(std::string_view argument) {
  return simply(Action::Kind::kDialect, std::string(kName) + " " + std::string(trimmed(argument)));
}
constexpr std::string_view kAck = "ack";
constexpr std::string_view kCall = "call";
constexpr std::string_view kNotify = "notify";
constexpr std::string_view kComplete = "complete";

using Dialect = DialectOptions::Kind;

constexpr Command kCommands[] = {
    {"/ping", "[DATA]", "send a ping", parse_control<Action::Kind::kPing>},
    {"/pong", "[DATA]", "send a pong", parse_control<Action::Kind::kPong>},
    {"/close", "[CODE [REASON]]", "close; the code is a number or a name", parse_close},
    {"/binary", "HEX", "send bytes as a binary message", parse_binary},
    {"/file", "[-b] PATH", "send a file: text if it is UTF-8, else binary", parse_file},
    {"/json", "[TEXT]", "send JSON over several lines, until it balances", parse_json},
    {"/edit", "[TEXT]", "write the message in $VISUAL or $EDITOR", parse_edit},
    {"/info", "", "show addresses, TLS, counts, round trip", parse_bare<Action::Kind::kInfo>},
    {"/trace", "on|off", "show every frame, or stop showing them", parse_trace},
    {"/last", "", "show the last binary message whole", parse_bare<Action::Kind::kLast>},
    {"/to", "N TEXT", "with --listen: send to client N only", parse_to, listens},
    {"/call", "EVENT [ARG...]", "Socket.IO: send, and ask for an answer", parse_for_dialect<kCall>,
     speaks<Dialect::kSocketIo>},
    {"/ack", "[ID] [ARG...]", "Socket.IO, JSON-RPC: answer the server", parse_for_dialect<kAck>,
     speaks<Dialect::kSocketIo, Dialect::kJsonRpc>},
    {"/notify", "METHOD [ARG...]", "JSON-RPC: call without a reply", parse_for_dialect<kNotify>,
     speaks<Dialect::kJsonRpc>},
    {"/complete", "ID", "GraphQL: end an operation", parse_for_dialect<kComplete>,
     speaks<Dialect::kGraphql>},
    {"/reconnect", "", "connect again", parse_bare<Action::Kind::kReconnect>, connects},
    {"/help", "", "show this list", parse_help},
    {"/quit", "", "close and leave", parse_bare<Action::Kind::kQuit>},
};

constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
    {"Tab", "complete commands, close codes, files, words"},
    {"Up, Ctrl-R", "the line before; search the lines"},
    {"Ctrl-X Ctrl-E", "go on with this line in the editor"},
    {"\\ at the end", "the message goes on in the next line"},
    {"Ctrl-C", "drop the line; leave where it is empty"},
    {"Ctrl-D", "leave"},
};

}  // namespace

Action SlashCommand::action() const {
  Action action;
  action.kind = what;
  action.data = data;
  action.code = code;
  action.flag = flag;
  action.client = client;
  action.untyped = untyped;
  return action;
}

bool is_slash_command(std::string_view typed) {
  if (typed.empty() || typed.front() != '/') return false;
  if (typed.find('\n') == std::string_view::npos) return true;
  const std::string_view name = take_word(typed);
  return std::any_of(std::begin(kCommands), std::end(kCommands), [name](const Command& command) {
    return command.name == name && command.takes_lines();
  });
}

bool is_slash_quit(std::string_view typed) {
  if (!is_slash_command(typed)) return false;
  const auto command = parse_slash_command(typed);
  return command && command->kind == SlashCommand::Kind::kAction &&
         command->what == Action::Kind::kQuit;
}

Parsed parse_slash_command(std::string_view line) {
  if (line.substr(0, 2) == "//") {
    return simply(Action::Kind::kText, std::string(line.substr(1)));
  }
  std::string_view argument = line;
  const std::string_view name = take_word(argument);
  for (const Command& command : kCommands) {
    if (command.name == name) return command.parse(argument);
  }
  return refuse("unknown command " + quoted(name) + ": not sent",
                "/help lists the commands; a second slash sends the line as text");
}

std::string slash_help(const Options& options, std::size_t columns) {
  std::string text;
  const bool narrow = columns < kHelpColumns;
  const auto add = [&text, narrow, columns](std::string_view usage, std::string_view meaning) {
    text.append("  ").append(usage);
    if (narrow) {
      append_below(text, meaning, columns);
    } else {
      text.append(std::max(kColumn, usage.size() + 1) - usage.size(), ' ').append(meaning);
    }
    text.append("\n");
  };
  for (const Command& command : kCommands) {
    if (!command.useful(options)) continue;
    std::string usage(command.name);
    if (!command.arguments.empty()) usage.append(" ").append(command.arguments);
    add(usage, command.meaning);
  }
  add("//TEXT", "send /TEXT");
  for (const auto& [keys, meaning] : kKeys) add(keys, meaning);
  return text;
}

std::vector<std::string_view> slash_command_names() {
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) names.push_back(command.name);
  return names;
}

}  // namespace wscope::input
