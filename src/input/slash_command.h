// Slash commands: a line that begins with '/' → what it asks for.
//
// Pure: no file is opened here and nothing is sent. One table holds the commands; parsing, /help
// and completion read it. "//text" is the text "/text". What can fail: an unknown command, a wrong
// argument, a close code that can't be sent (RFC 6455 7.4), a control frame's payload over 125
// bytes (5.5): Error of Stage::kInput, and nothing is to be sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/action.h"
#include "base/error.h"
#include "base/options.h"

namespace wscope::input {

struct SlashCommand {
  enum class Kind {
    kAction,  // action() is what to do
    kFile,    // send the file `data`; as a binary message when `flag`, else by its content
    kJson,    // a JSON text begins with `data` and goes on until it balances
    kHelp,    // show slash_help()
    kEdit,    // edit `data` in the user's editor and send what it becomes
  };
  Kind kind = Kind::kAction;
  Action::Kind what = Action::Kind::kText;
  std::string data;
  std::optional<std::uint16_t> code;
  bool flag = false;
  std::size_t client = 0;  // /to
  bool untyped = false;    // as in Action

  /// Its views live as long as this command stays where it is.
  Action action() const;
};

/// Whether what was typed is a command. A text of several lines, as a paste is, is one only where
/// the command takes such a text: source code may well begin with "//".
bool is_slash_command(std::string_view typed);

/// Whether it is one that leaves.
bool is_slash_quit(std::string_view typed);

/// `line` begins with '/'. The text of "//text" and "/to N text" is not checked to be UTF-8.
Result<SlashCommand> parse_slash_command(std::string_view line);

/// What of the table is of use with these options as text, a command a line, or more where the
/// terminal is narrow; and the keys.
std::string slash_help(const Options& options, std::size_t columns);

/// "/binary", "/close" …, in the order of the table.
std::vector<std::string_view> slash_command_names();

}  // namespace wscope::input
