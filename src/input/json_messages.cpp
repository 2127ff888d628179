#include "input/json_messages.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "input/line_messages.h"

namespace wscope::input {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\x1e";

std::string shown(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  if (code > 0x20 && code < 0x7f) return std::string("'") + byte + "'";
  constexpr char kDigits[] = "0123456789abcdef";
  return std::string("byte 0x") + kDigits[code >> 4] + kDigits[code & 15];
}

}  // namespace

void JsonMessages::advance(std::size_t bytes) {
  const std::string_view passed = rest_.substr(0, bytes);
  const std::size_t last = passed.rfind('\n');
  if (last == std::string_view::npos) {
    column_ += bytes;
  } else {
    line_ += static_cast<std::uint64_t>(std::count(passed.begin(), passed.end(), '\n'));
    column_ = bytes - last;
  }
  rest_.remove_prefix(bytes);
}

void JsonMessages::begin_again() {
  scanner_.reset();
  carry_.reset();
  carry_given_ = false;
}

void JsonMessages::give(Action& action, std::string_view value) {
  action.kind = binary_ ? Action::Kind::kBinary : Action::Kind::kText;
  action.data = value;
  if (binary_ || is_valid_utf8(value)) return;
  action.kind = Action::Kind::kRefused;
  action.error = not_utf8("the JSON value at line " + std::to_string(value_line_), value);
}

void JsonMessages::refuse(Action& action, std::string message) {
  action.kind = Action::Kind::kRefused;
  action.error = {Stage::kInput, std::move(message) + ": not sent", {}, {}};
}

void JsonMessages::skip_to_value() {
  if (skipping_line_) {
    const std::size_t end = rest_.find('\n');
    skipping_line_ = end == std::string_view::npos;
    advance(skipping_line_ ? rest_.size() : end + 1);
  }
  if (scanner_.state() != JsonScanner::State::kBlank) return;
  advance(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  value_line_ = line_;
}

bool JsonMessages::scan(Action& action) {
  const std::string_view before = rest_;
  const std::size_t taken = scanner_.feed(before);
  const std::string_view piece = before.substr(0, taken);
  advance(taken);
  switch (scanner_.state()) {
    case JsonScanner::State::kComplete:
      if (carry_.empty()) {
        give(action, piece);
        scanner_.reset();
        return true;
      }
      carry_.append(piece);
      carry_given_ = true;
      give(action, carry_.view());
      return true;
    case JsonScanner::State::kInvalid:
      refuse(action, "line " + std::to_string(line_) + ", column " + std::to_string(column_) +
                         " is not JSON: expected " + std::string(scanner_.expected()) + ", not " +
                         shown(rest_.front()));
      begin_again();
      skipping_line_ = true;
      return true;
    default:
      carry_.append(piece);
      return false;
  }
}

bool JsonMessages::next(Action& action) {
  if (carry_given_) begin_again();
  skip_to_value();
  if (!rest_.empty() && scan(action)) return true;
  if (!finished_ || scanner_.state() != JsonScanner::State::kInside) return false;
  scanner_.finish();
  carry_given_ = true;
  if (scanner_.state() == JsonScanner::State::kComplete) {
    give(action, carry_.view());
  } else {
    refuse(action, "the input ends within the JSON value that begins at line " +
                       std::to_string(value_line_));
  }
  return true;
}

Backlog JsonMessages::backlog() const {
  Backlog backlog;
  backlog.begun = !carry_.empty() && !carry_given_;
  add(backlog, rest_);
  return backlog;
}

void JsonMessages::add(Backlog& backlog, std::string_view block) const {
  if (block.find_first_not_of(kBlanks) != std::string_view::npos) backlog.begun = true;
}

}  // namespace wscope::input
