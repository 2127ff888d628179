// RecordDecoder: one line or -x message, in the format of --input → an Action.
//
// hex and base64 decode to a binary message; events are JSON objects such as {"send": …}; with
// --slash a line that begins with '/' is a command, and /json takes the lines after it until they
// balance. What the Action views lives until the next decode(). Loop thread. What can fail:
// Action::kRefused with an Error of Stage::kInput that names the line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/action.h"
#include "base/json_scanner.h"
#include "base/options.h"
#include "input/file_message.h"
#include "input/slash_command.h"

namespace wscope::input {

/// What an error calls a record: "line 12", "message 2 of -x"; without a number "the line".
struct RecordName {
  std::string_view before;
  std::uint64_t number;
  std::string_view after = {};

  std::string text() const;
  /// One of many in a pipe or a file.
  bool is_piped() const { return number > 0 && after.empty(); }
};

/// "line 12 is not UTF-8 at byte 7: not sent".
Error not_utf8(const std::string& what, std::string_view text);

class RecordDecoder {
 public:
  explicit RecordDecoder(const MessageOptions& options);

  /// Whether a record is the message as it stands, needing no decode() where it is UTF-8.
  bool plain() const { return plain_; }
  /// False: the record gave nothing to do.
  bool decode(std::string_view record, const RecordName& name, Action& action);
  /// The message of /file; with --binary it is one, whatever the file holds.
  Result<FileMessage> read_file(const SlashCommand& command) const;
  /// The input ends. False: nothing was left open.
  bool finish(Action& action);

 private:
  void send(std::string_view record, const RecordName& name, Action& action);
  Error no_text(std::string_view record, const RecordName& name) const;
  bool decode_event(std::string_view record, const RecordName& name, Action& action);
  bool obey(std::string_view line, const RecordName& name, Action& action);
  bool add_json(std::string_view line, std::size_t from, const RecordName& name, Action& action);
  void give(Action::Kind kind, std::string data, Action& action);

  const InputFormat format_;
  const bool binary_;
  const bool slash_;
  const bool plain_;
  std::string data_;
  JsonScanner json_;
  std::string json_text_;
  bool in_json_ = false;
};

}  // namespace wscope::input
