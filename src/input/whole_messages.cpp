#include "input/whole_messages.h"

#include <utility>

#include "base/utf8.h"
#include "input/line_messages.h"

namespace wscope::input {

bool WholeMessage::next(Action& action) {
  if (!finished_ || given_ || whole_.empty()) return false;
  given_ = true;
  action.kind = binary_ ? Action::Kind::kBinary : Action::Kind::kText;
  action.data = whole_.view();
  action.storage = &whole_;
  if (!binary_ && !is_valid_utf8(action.data)) {
    action.kind = Action::Kind::kRefused;
    action.error = not_utf8("the input", action.data);
  }
  return true;
}

bool RawMessages::next(Action& action) {
  if (block_.empty()) return false;
  action.kind = Action::Kind::kBinary;
  action.data = std::exchange(block_, {});
  return true;
}

}  // namespace wscope::input
