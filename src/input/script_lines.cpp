#include "input/script_lines.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace wscope::input {

Result<void> ScriptLines::begin() {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::size_t invalid = first_invalid_utf8(text_);
  if (invalid != std::string_view::npos) {
    const std::string_view before = text_.substr(0, invalid);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    return wrong_at(static_cast<std::size_t>(line), "not UTF-8",
                    "bytes are sent with: send hex HEX");
  }
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text_.remove_prefix(kByteOrderMark.size());
  }
  return {};
}

bool ScriptLines::next(std::string_view& line) {
  if (text_.empty()) return false;
  const std::size_t end = text_.find('\n');
  line = text_.substr(0, end);
  text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++lines_read_;
  return true;
}

void ScriptLines::begin_statement() {
  line_ = lines_read_;
  form_ = {};
}

tl::unexpected<Error> ScriptLines::wrong_at(std::size_t line, std::string message,
                                            std::string hint) const {
  return fail(Stage::kUsage, file_ + ":" + std::to_string(line) + ": " + message, std::move(hint));
}

tl::unexpected<Error> ScriptLines::wrong(std::string message, std::string hint) const {
  if (hint.empty() && !form_.empty()) hint = "the form is: " + std::string(form_);
  return wrong_at(line_, std::move(message), std::move(hint));
}

}  // namespace wscope::input
