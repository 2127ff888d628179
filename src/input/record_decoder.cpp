#include "input/record_decoder.h"

#include <utility>

#include "base/byte_text.h"
#include "base/utf8.h"
#include "input/input_event.h"

namespace wscope::input {
namespace {

void refuse(Action& action, Error error) {
  action.kind = Action::Kind::kRefused;
  action.error = std::move(error);
}

Error with_name(const RecordName& name, Error error) {
  error.message = name.text() + ": " + error.message;
  return error;
}

bool takes_lines(InputFormat format) {
  return format == InputFormat::kLine || format == InputFormat::kNul;
}

}  // namespace

std::string RecordName::text() const {
  if (number == 0) return std::string(before);
  return std::string(before) + std::to_string(number) + std::string(after);
}

Error not_utf8(const std::string& what, std::string_view text) {
  const std::size_t byte = first_invalid_utf8(text) + 1;
  return {Stage::kInput,
          what + " is not UTF-8 at byte " + std::to_string(byte) + ": not sent",
          "--binary sends it as it is",
          {}};
}

RecordDecoder::RecordDecoder(const MessageOptions& options)
    : format_(options.input),
      binary_(options.binary),
      slash_(options.slash && takes_lines(options.input)),
      plain_(!slash_ && (format_ != InputFormat::kHex && format_ != InputFormat::kBase64 &&
                         format_ != InputFormat::kEvents)) {}

void RecordDecoder::give(Action::Kind kind, std::string data, Action& action) {
  data_ = std::move(data);
  action.kind = kind;
  action.data = data_;
}

void RecordDecoder::send(std::string_view record, const RecordName& name, Action& action) {
  action.kind = binary_ ? Action::Kind::kBinary : Action::Kind::kText;
  action.data = record;
  if (!binary_ && !is_valid_utf8(record)) refuse(action, no_text(record, name));
}

/// Who pipes bytes by the line most often means no lines at all.
Error RecordDecoder::no_text(std::string_view record, const RecordName& name) const {
  Error error = not_utf8(name.text(), record);
  if (format_ == InputFormat::kLine && name.is_piped()) {
    error.hint = "-b sends each line as a binary message, --input raw the bytes as they are read";
  }
  return error;
}

bool RecordDecoder::decode(std::string_view record, const RecordName& name, Action& action) {
  if (format_ == InputFormat::kEvents) return decode_event(record, name, action);
  if (format_ == InputFormat::kHex || format_ == InputFormat::kBase64) {
    Decoded bytes = format_ == InputFormat::kHex ? decode_hex(record) : decode_base64(record);
    if (bytes) {
      give(Action::Kind::kBinary, std::move(*bytes), action);
    } else {
      refuse(action, {Stage::kInput, name.text() + " " + bytes.error() + ": not sent", {}, {}});
    }
    return true;
  }
  if (in_json_) return add_json(record, 0, name, action);
  if (slash_ && !record.empty() && record.front() == '/') return obey(record, name, action);
  send(record, name, action);
  return true;
}

bool RecordDecoder::decode_event(std::string_view record, const RecordName& name, Action& action) {
  if (record.find_first_not_of(" \t\r\n") == std::string_view::npos) return false;
  if (!is_valid_utf8(record)) {
    refuse(action, not_utf8(name.text(), record));
    return true;
  }
  Result<InputEvent> event = parse_input_event(record);
  if (!event) {
    refuse(action, with_name(name, std::move(event.error())));
    return true;
  }
  action.code = event->code;
  give(event->kind, std::move(event->data), action);
  return true;
}

Result<FileMessage> RecordDecoder::read_file(const SlashCommand& command) const {
  return read_file_message(command.data, command.flag || binary_);
}

bool RecordDecoder::obey(std::string_view line, const RecordName& name, Action& action) {
  Result<SlashCommand> command = parse_slash_command(line);
  if (!command) {
    refuse(action, with_name(name, std::move(command.error())));
    return true;
  }
  switch (command->kind) {
    case SlashCommand::Kind::kAction:
      action.code = command->code;
      action.flag = command->flag;
      action.client = command->client;
      give(command->what, std::move(command->data), action);
      if (action.kind == Action::Kind::kText) send(action.data, name, action);
      return true;
    case SlashCommand::Kind::kFile: {
      auto file = read_file(*command);
      if (!file) {
        refuse(action, with_name(name, std::move(file.error())));
        return true;
      }
      give(file->text ? Action::Kind::kText : Action::Kind::kBinary, std::move(file->data), action);
      return true;
    }
    case SlashCommand::Kind::kJson:
      in_json_ = true;
      json_text_.clear();
      json_.reset();
      return add_json(line, line.size() - command->data.size(), name, action);
    case SlashCommand::Kind::kHelp:
      refuse(action, with_name(name, {Stage::kInput, "/help is for the prompt: not sent", {}, {}}));
      return true;
    case SlashCommand::Kind::kEdit:
      refuse(action, with_name(name, {Stage::kInput, "/edit is for the prompt: not sent", {}, {}}));
      return true;
  }
  return false;
}

bool RecordDecoder::add_json(std::string_view line, std::size_t from, const RecordName& name,
                             Action& action) {
  if (!json_text_.empty()) json_text_ += '\n';
  json_text_ += line.substr(from);
  const std::size_t taken = from + json_.feed(line.substr(from));
  // The end of a line ends a number or a word.
  if (taken == line.size()) json_.feed("\n");
  const bool rest = line.find_first_not_of(" \t\r\n", taken) != std::string_view::npos;
  const bool complete = json_.state() == JsonScanner::State::kComplete;
  if (!complete && json_.state() != JsonScanner::State::kInvalid) return false;
  in_json_ = false;
  if (complete && !rest) {
    data_ = std::move(json_text_);
    send(data_, name, action);
  } else {
    refuse(action, {Stage::kInput,
                    name.text() + ", column " + std::to_string(taken + 1) +
                        " is not JSON: expected " + std::string(json_.expected()) + ": not sent",
                    {},
                    {}});
  }
  return true;
}

bool RecordDecoder::finish(Action& action) {
  if (!std::exchange(in_json_, false)) return false;
  refuse(action, {Stage::kInput, "the input ends within the JSON text of /json: not sent", {}, {}});
  return true;
}

}  // namespace wscope::input
