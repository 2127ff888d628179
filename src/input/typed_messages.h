// TypedMessages: lines typed at the prompt → Actions, by way of the history.
//
// Commands are obeyed, lines that go on are put together, the message is read in the format of
// --input and pushed. What the person is to see (an error, /help) and what the line editor is to
// remember come back with each line. Knows no terminal; one thread. Mistakes of the person are only
// shown: they are no failure of the run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "input/action_queue.h"
#include "input/history_file.h"
#include "input/message_assembler.h"
#include "input/recent_words.h"
#include "input/record_decoder.h"
#include "input/slash_command.h"

namespace wscope::input {

class TypedMessages {
 public:
  struct Outcome {
    bool quit = false;
    bool help = false;                // /help
    bool sent = false;                // by edited(): there was a message
    std::string show;                 // whole lines
    std::string remember;             // empty: nothing
    std::optional<std::string> edit;  // to be edited: what becomes of it goes to edited()
  };

  TypedMessages(const Options& options, ActionQueue& actions, RecentWords& words);

  /// The history of earlier runs, oldest first. `show` gets what is to be told about it.
  std::vector<std::string> load_history(std::string& show);

  /// `shown` is the line with marks instead of big pastes.
  Outcome add(const std::string& line, const std::string& shown);
  /// A message that was made of `before` in the user's editor.
  Outcome edited(const std::string& before, Result<std::string> after);
  /// The message of a key that sends.
  Outcome bound(const std::string& message);
  /// A message has begun and goes on with the next line.
  bool begun() const { return assembler_.begun(); }
  void drop() { assembler_.drop(); }

 private:
  void obey(Result<SlashCommand> command, const std::string& shown, bool untyped, Outcome& outcome);
  void assembled(MessageAssembler::Outcome how, const std::string& shown, Outcome& outcome);
  /// `like` says to whom it goes and whether it is shown.
  void submit(std::string_view message, Action like, Outcome& outcome);
  void send_file(const SlashCommand& command, bool untyped, Outcome& outcome);
  void remember(const std::string& message, const std::string& shown, Outcome& outcome);

  ActionQueue& actions_;
  RecentWords& words_;
  RecordDecoder decoder_;
  MessageAssembler assembler_;
  const bool json_;  // each message is a JSON text
  std::optional<HistoryFile> history_;
  bool history_failed_ = false;
};

}  // namespace wscope::input
