#include "input/slash_command.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/utf8.h"
#include "input/byte_text.h"

namespace wscope::input {
namespace {

using Parsed = Result<SlashCommand>;

struct Command {
  std::string_view name;
  std::string_view arguments;
  std::string_view meaning;
  Parsed (*parse)(std::string_view argument);
};

struct CloseWord {
  std::string_view word;
  std::uint16_t code;
};

// The IANA registry of close codes, as far as an endpoint may send them.
constexpr CloseWord kCloseWords[] = {
    {"normal", 1000},           {"going-away", 1001},          {"protocol-error", 1002},
    {"unsupported-data", 1003}, {"invalid-payload", 1007},     {"policy-violation", 1008},
    {"too-big", 1009},          {"mandatory-extension", 1010}, {"internal-error", 1011},
    {"service-restart", 1012},  {"try-again-later", 1013},     {"bad-gateway", 1014},
};

// RFC 6455 5.5: a control frame carries at most 125 bytes, two of them a Close's code.
constexpr std::size_t kMostPayload = 125;
constexpr std::size_t kMostReason = kMostPayload - 2;

// In /help, where the meaning of a command begins.
constexpr std::size_t kColumn = 25;

/// For an error message: what was typed must not drive the terminal that shows it.
std::string quoted(std::string_view text) {
  std::string quote = "\"";
  for (const char byte : text.substr(0, 60)) {
    const bool control = static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
    quote += control ? '?' : byte;
  }
  return quote + (text.size() > 60 ? "…\"" : "\"");
}

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
  if (argument.size() > kMostPayload) {
    return refuse(std::string(kWhat == Action::Kind::kPing ? "/ping" : "/pong") +
                  " takes at most 125 bytes, not " + std::to_string(argument.size()) +
                  ": not sent");
  }
  return simply(kWhat, std::string(argument));
}

template <Action::Kind kWhat>
Parsed parse_bare(std::string_view argument) {
  if (!trimmed(argument).empty()) {
    return refuse("this command takes no argument: " + quoted(trimmed(argument)));
  }
  return simply(kWhat);
}

std::optional<std::uint16_t> code_of(std::string_view word) {
  for (const CloseWord& known : kCloseWords) {
    if (known.word == word) return known.code;
  }
  std::uint16_t code = 0;
  if (word.empty() || word.size() > 4) return std::nullopt;
  for (const char digit : word) {
    if (digit < '0' || digit > '9') return std::nullopt;
    code = static_cast<std::uint16_t>(code * 10 + (digit - '0'));
  }
  return code;
}

/// Empty: it may be sent (RFC 6455 7.4.1 and 7.4.2).
std::string why_not_sent(std::uint16_t code) {
  switch (code) {
    case 1004:
      return "it is reserved and has no meaning";
    case 1005:
      return "it stands for a Close that carried no code";
    case 1006:
      return "it stands for a connection that ended without a Close";
    case 1015:
      return "it stands for a TLS handshake that failed";
    default:
      break;
  }
  if (code >= 3000 && code <= 4999) return {};
  if (code >= 1000 && code <= 1014) return {};
  return "codes for use are 1000 to 1014 and 3000 to 4999";
}

Parsed parse_close(std::string_view argument) {
  std::string_view rest = trimmed(argument);
  SlashCommand command = simply(Action::Kind::kClose);
  command.code = 1000;
  if (rest.empty()) return command;
  std::string_view word = take_word(rest);
  if (word.back() == ',') word.remove_suffix(1);
  command.code = code_of(word);
  if (!command.code) {
    return refuse("/close " + quoted(word) + ": not a close code",
                  "/close [code [reason]]; a code is a number or a name such as going-away");
  }
  const std::string why_not = why_not_sent(*command.code);
  if (!why_not.empty()) {
    return refuse("close code " + std::to_string(*command.code) + " can't be sent: " + why_not);
  }
  if (rest.size() > kMostReason) {
    return refuse("the reason of a Close takes at most 123 bytes, not " +
                  std::to_string(rest.size()) + ": not sent");
  }
  // RFC 6455 5.5.1: the reason is UTF-8.
  if (!is_valid_utf8(rest)) return refuse("the reason is not UTF-8: not sent");
  command.data = rest;
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

constexpr Command kCommands[] = {
    {"/ping", "[DATA]", "send a ping", parse_control<Action::Kind::kPing>},
    {"/pong", "[DATA]", "send a pong", parse_control<Action::Kind::kPong>},
    {"/close", "[CODE [REASON]]", "close; the code is a number or a name", parse_close},
    {"/binary", "HEX", "send bytes as a binary message", parse_binary},
    {"/file", "[-b] PATH", "send a file: text if it is UTF-8, else (or with -b) binary",
     parse_file},
    {"/json", "[TEXT]", "send JSON over several lines, until it balances", parse_json},
    {"/info", "", "show addresses, TLS, extensions, counts", parse_bare<Action::Kind::kInfo>},
    {"/trace", "on|off", "show every frame, or stop showing them", parse_trace},
    {"/reconnect", "", "connect again", parse_bare<Action::Kind::kReconnect>},
    {"/help", "", "show this list", parse_help},
    {"/quit", "", "close and leave", parse_bare<Action::Kind::kQuit>},
};

}  // namespace

Action SlashCommand::action() const {
  Action action;
  action.kind = what;
  action.data = data;
  action.code = code;
  action.flag = flag;
  return action;
}

Parsed parse_slash_command(std::string_view line) {
  if (line.substr(0, 2) == "//") {
    const std::string_view text = line.substr(1);
    if (!is_valid_utf8(text)) return refuse("the line is not UTF-8: not sent");
    return simply(Action::Kind::kText, std::string(text));
  }
  std::string_view argument = line;
  const std::string_view name = take_word(argument);
  for (const Command& command : kCommands) {
    if (command.name == name) return command.parse(argument);
  }
  return refuse("unknown command " + quoted(name) + ": not sent",
                "/help lists the commands; a second slash sends the line as text");
}

std::string slash_help() {
  std::string text;
  const auto add = [&text](std::string usage, std::string_view meaning) {
    usage.resize(std::max(usage.size() + 2, kColumn), ' ');
    text.append("  ").append(usage).append(meaning).append("\n");
  };
  for (const Command& command : kCommands) {
    add(std::string(command.name) + " " + std::string(command.arguments), command.meaning);
  }
  add("//TEXT", "send /TEXT");
  return text;
}

std::vector<std::string_view> slash_command_names() {
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) names.push_back(command.name);
  return names;
}

std::vector<std::string_view> close_code_words() {
  std::vector<std::string_view> words;
  for (const CloseWord& known : kCloseWords) words.push_back(known.word);
  return words;
}

}  // namespace wscope::input
