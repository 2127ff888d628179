#include "input/line_messages.h"

#include <string>
#include <utility>

#include "base/utf8.h"

namespace wscope::input {

Error not_utf8(std::string_view what, std::string_view text) {
  const std::size_t byte = first_invalid_utf8(text) + 1;
  return {Stage::kInput,
          std::string(what) + " is not UTF-8 at byte " + std::to_string(byte) + ": not sent",
          "--binary sends it as it is",
          {}};
}

LineMessages::LineMessages(LineEnd end, bool binary)
    : splitter_(end, !binary),
      kind_(binary ? Action::Kind::kBinary : Action::Kind::kText),
      noun_(end == LineEnd::kNul ? "record " : "line ") {}

bool LineMessages::next(Action& action) {
  std::string_view line;
  if (!splitter_.next(line)) return false;
  action.data = line;
  action.kind = kind_;
  if (!splitter_.line_is_utf8()) {
    action.kind = Action::Kind::kRefused;
    action.error = not_utf8(std::string(noun_) + std::to_string(splitter_.line_number()), line);
  }
  return true;
}

}  // namespace wscope::input
