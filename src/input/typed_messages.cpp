#include "input/typed_messages.h"

#include <utility>

#include "input/file_message.h"

namespace wscope::input {
namespace {

MessageOptions without_slash(MessageOptions messages) {
  messages.slash = false;  // commands are seen to before
  return messages;
}

}  // namespace

std::string error_lines(const Error& error) {
  std::string lines = "wscope: " + error.message + "\n";
  if (!error.hint.empty()) lines += "wscope: hint: " + error.hint + "\n";
  return lines;
}

TypedMessages::TypedMessages(const Options& options, ActionQueue& actions, RecentWords& words)
    : actions_(actions),
      words_(words),
      decoder_(without_slash(options.messages)),
      assembler_(options.terminal.multiline) {
  const std::string path = options.terminal.history ? default_history_path() : std::string();
  if (!path.empty()) history_.emplace(path, history_host(options.url));
}

std::vector<std::string> TypedMessages::load_history(std::string& show) {
  if (!history_) return {};
  auto texts = history_->load();
  if (texts) return std::move(*texts);
  show += error_lines(texts.error());
  history_.reset();
  return {};
}

TypedMessages::Outcome TypedMessages::add(const std::string& line, const std::string& shown) {
  Outcome outcome;
  if (!begun() && line.empty()) return outcome;
  if (!begun() && line.front() == '/') {
    obey(line, shown, outcome);
  } else {
    assembled(assembler_.add(line), shown, outcome);
  }
  return outcome;
}

void TypedMessages::assembled(MessageAssembler::Outcome how, const std::string& shown,
                              Outcome& outcome) {
  if (how == MessageAssembler::Outcome::kMore) return;
  const std::string message = assembler_.take();
  remember(message, shown, outcome);
  if (how == MessageAssembler::Outcome::kMessage) return submit(message, 0, outcome);
  outcome.show += error_lines(
      {Stage::kInput, "not JSON: " + assembler_.what_was_wrong() + ": not sent", {}, {}});
}

void TypedMessages::submit(std::string_view message, std::size_t client, Outcome& outcome) {
  Action action;
  if (!decoder_.decode(message, {"the line", 0}, action)) return;
  if (action.kind == Action::Kind::kRefused) {
    outcome.show += error_lines(action.error);
    return;
  }
  action.client = client;
  std::string data(action.data);
  words_.learn(data);
  actions_.push(std::move(action), std::move(data));
}

void TypedMessages::obey(const std::string& line, const std::string& shown, Outcome& outcome) {
  Result<SlashCommand> command = parse_slash_command(line);
  // Of /json, the history gets the text that follows.
  if (!command || command->kind != SlashCommand::Kind::kJson) remember(line, shown, outcome);
  if (!command) {
    outcome.show += error_lines(command.error());
    return;
  }
  switch (command->kind) {
    case SlashCommand::Kind::kAction:
      if (command->what == Action::Kind::kText) {
        return submit(command->data, command->client, outcome);
      }
      outcome.quit = command->what == Action::Kind::kQuit;
      if (!outcome.quit) actions_.push(command->action(), command->data);
      return;
    case SlashCommand::Kind::kHelp:
      outcome.show += slash_help();
      return;
    case SlashCommand::Kind::kFile:
      return send_file(*command, outcome);
    case SlashCommand::Kind::kJson:
      return assembled(assembler_.add_json(command->data), shown, outcome);
  }
}

void TypedMessages::send_file(const SlashCommand& command, Outcome& outcome) {
  Result<FileMessage> file = read_file_message(command.data, command.flag);
  if (!file) {
    outcome.show += error_lines(file.error());
    return;
  }
  Action action;
  action.kind = file->text ? Action::Kind::kText : Action::Kind::kBinary;
  actions_.push(std::move(action), std::move(file->data));
}

void TypedMessages::remember(const std::string& message, const std::string& shown,
                             Outcome& outcome) {
  if (message.size() > HistoryFile::kMostEntryBytes) {
    outcome.remember = shown;
    return;
  }
  if (!belongs_in_history(message)) return;
  outcome.remember = message;
  if (!history_ || history_failed_) return;
  if (auto written = history_->append(message); !written) {
    history_failed_ = true;  // told once
    outcome.show += error_lines(written.error());
  }
}

}  // namespace wscope::input
