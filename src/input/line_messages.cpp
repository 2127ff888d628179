#include "input/line_messages.h"

namespace wscope::input {
namespace {

LineEnd end_of(const MessageOptions& options) {
  return options.input == InputFormat::kNul ? LineEnd::kNul : LineEnd::kNewline;
}

}  // namespace

LineMessages::LineMessages(const MessageOptions& options)
    : splitter_(end_of(options), !options.binary),
      decoder_(options),
      kind_(options.binary ? Action::Kind::kBinary : Action::Kind::kText),
      noun_(options.input == InputFormat::kNul ? "record " : "line ") {}

void LineMessages::finish() {
  splitter_.finish();
  finished_ = true;
}

bool LineMessages::next(Action& action) {
  std::string_view line;
  while (splitter_.next(line)) {
    if (decoder_.plain() && splitter_.line_is_utf8()) {
      action.kind = kind_;
      action.data = line;
      action.storage = splitter_.line_storage();
      return true;
    }
    if (decode(line, action)) return true;
  }
  return finished_ && decoder_.finish(action);
}

bool LineMessages::decode(std::string_view line, Action& action) {
  return decoder_.decode(line, {noun_, splitter_.line_number()}, action);
}

}  // namespace wscope::input
