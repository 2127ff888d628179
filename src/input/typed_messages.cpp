#include "input/typed_messages.h"

#include <utility>

#include "base/error_lines.h"

namespace wscope::input {
namespace {

Action shown_when_sent() {
  Action action;
  action.untyped = true;
  return action;
}

std::string told(const Error& error) { return error_lines(error, true); }

MessageAssembler::Language language_of(const DialectOptions& dialect) {
  return dialect.kind == DialectOptions::Kind::kGraphql ? MessageAssembler::Language::kGraphql
                                                        : MessageAssembler::Language::kJson;
}

MessageOptions without_slash(MessageOptions messages) {
  messages.slash = false;  // commands are seen to before
  return messages;
}

}  // namespace

TypedMessages::TypedMessages(const Options& options, ActionQueue& actions, RecentWords& words)
    : actions_(actions),
      words_(words),
      decoder_(without_slash(options.messages)),
      assembler_(options.terminal.multiline, language_of(options.dialect)),
      json_(options.messages.input == InputFormat::kJson) {
  const std::string path = options.terminal.history ? default_history_path() : std::string();
  if (!path.empty()) history_.emplace(path, history_host(options.url));
}

std::vector<std::string> TypedMessages::load_history(std::string& show) {
  if (!history_) return {};
  auto texts = history_->load();
  if (texts) return std::move(*texts);
  show += told(texts.error());
  history_.reset();
  return {};
}

TypedMessages::Outcome TypedMessages::add(const std::string& line, const std::string& shown) {
  Outcome outcome;
  if (!begun() && line.empty()) return outcome;
  // A big paste at the beginning is shown as its mark.
  if (!begun() && is_slash_command(line) && shown.front() == '/') {
    Result<SlashCommand> command = parse_slash_command(line);
    // Of /json and /edit, the history gets the text that follows.
    const bool is_text = command && (command->kind == SlashCommand::Kind::kJson ||
                                     command->kind == SlashCommand::Kind::kEdit);
    if (!is_text) remember(line, shown, outcome);
    obey(std::move(command), shown, false, outcome);
  } else if (!begun() && json_) {
    assembled(assembler_.add_json(line), shown, outcome);
  } else {
    // What is shown of the last line is not the message.
    const std::string& whole = begun() ? std::string() : shown;
    assembled(assembler_.add(line), whole, outcome);
  }
  return outcome;
}

void TypedMessages::assembled(MessageAssembler::Outcome how, const std::string& shown,
                              Outcome& outcome) {
  if (how == MessageAssembler::Outcome::kMore) return;
  const std::string message = assembler_.take();
  remember(message, shown, outcome);
  if (how == MessageAssembler::Outcome::kMessage) return submit(message, {}, outcome);
  outcome.show +=
      told({Stage::kInput, "not JSON: " + assembler_.what_was_wrong() + ": not sent", {}, {}});
}

TypedMessages::Outcome TypedMessages::edited(const std::string& before, Result<std::string> after) {
  Outcome outcome;
  if (!after) {
    outcome.show = told(after.error());
  } else if (after->empty()) {
    outcome.show = "wscope: an empty text: nothing was sent\n";
  } else if (*after == before) {
    outcome.show = "wscope: the text is unchanged: nothing was sent\n";
  } else {
    outcome.sent = true;
    remember(*after, {}, outcome);
    submit(*after, shown_when_sent(), outcome);
  }
  return outcome;
}

TypedMessages::Outcome TypedMessages::bound(const std::string& message) {
  Outcome outcome;
  if (!message.empty() && message.front() == '/') {
    obey(parse_slash_command(message), message, true, outcome);
  } else {
    submit(message, shown_when_sent(), outcome);
  }
  return outcome;
}

void TypedMessages::submit(std::string_view message, Action like, Outcome& outcome) {
  Action action = std::move(like);
  if (!decoder_.decode(message, {"the line", 0}, action)) return;
  if (action.kind == Action::Kind::kRefused) {
    outcome.show += told(action.error);
    return;
  }
  std::string data(action.data);
  words_.learn(data);
  actions_.push(std::move(action), std::move(data));
}

void TypedMessages::obey(Result<SlashCommand> command, const std::string& shown, bool untyped,
                         Outcome& outcome) {
  if (!command) {
    outcome.show += told(command.error());
    return;
  }
  switch (command->kind) {
    case SlashCommand::Kind::kAction:
      command->untyped = untyped;
      outcome.quit = command->what == Action::Kind::kQuit;
      if (command->what == Action::Kind::kText) {
        submit(command->data, command->action(), outcome);
      } else if (!outcome.quit) {
        actions_.push(command->action(), command->data);
      }
      return;
    case SlashCommand::Kind::kHelp:
      outcome.help = true;
      return;
    case SlashCommand::Kind::kFile:
      return send_file(*command, untyped, outcome);
    case SlashCommand::Kind::kEdit:
      outcome.edit = command->data;
      return;
    case SlashCommand::Kind::kJson:
      return assembled(assembler_.add_json(command->data), shown, outcome);
  }
}

void TypedMessages::send_file(const SlashCommand& command, bool untyped, Outcome& outcome) {
  Result<FileMessage> file = decoder_.read_file(command);
  if (!file) {
    outcome.show += told(file.error());
    return;
  }
  Action action;
  action.untyped = untyped;
  action.kind = file->text ? Action::Kind::kText : Action::Kind::kBinary;
  actions_.push(std::move(action), std::move(file->data));
}

void TypedMessages::remember(const std::string& message, const std::string& shown,
                             Outcome& outcome) {
  if (message.size() > HistoryFile::kMostEntryBytes) {
    outcome.remember = shown.empty() ? message : shown;
    return;
  }
  if (!belongs_in_history(message)) return;
  outcome.remember = message;
  if (!history_ || history_failed_) return;
  if (auto written = history_->append(message); !written) {
    history_failed_ = true;  // told once
    outcome.show += told(written.error());
  }
}

}  // namespace wscope::input
