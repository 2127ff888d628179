#include "input/message_assembler.h"

#include <utility>

namespace wscope::input {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool opens_json(std::string_view line) {
  const std::size_t first = line.find_first_not_of(kBlanks);
  return first != std::string_view::npos && (line[first] == '{' || line[first] == '[');
}

bool ends_in_backslash(std::string_view line) {
  const std::size_t last = line.find_last_not_of('\\');
  const std::size_t count = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return count % 2 == 1;
}

}  // namespace

MessageAssembler::Outcome MessageAssembler::add(std::string_view line) {
  if (going_on_ == GoingOn::kJson || going_on_ == GoingOn::kDemandedJson) {
    text_ += '\n';
    return scan(line);
  }
  if (going_on_ == GoingOn::kGraphql) {
    text_ += '\n';
    return balance(line);
  }
  if (going_on_ == GoingOn::kNot) {
    text_.clear();
    if (multiline_ && language_ == Language::kGraphql) {
      graphql_.reset();
      return balance(line);
    }
    if (multiline_ && opens_json(line)) {
      json_.reset();
      going_on_ = GoingOn::kJson;
      return scan(line);
    }
  }
  text_ += line;
  return end_of_line(line);
}

MessageAssembler::Outcome MessageAssembler::end_of_line(std::string_view line) {
  if (!multiline_ || !ends_in_backslash(line)) return end(Outcome::kMessage);
  text_.back() = '\n';
  going_on_ = GoingOn::kBackslash;
  return Outcome::kMore;
}

MessageAssembler::Outcome MessageAssembler::add_json(std::string_view line) {
  text_.clear();
  json_.reset();
  going_on_ = GoingOn::kDemandedJson;
  return scan(line);
}

MessageAssembler::Outcome MessageAssembler::scan(std::string_view line) {
  // A blank line behind /json itself is not part of the text.
  if (json_.state() == JsonScanner::State::kBlank) text_.clear();
  text_ += line;
  const std::size_t taken = json_.feed(line);
  if (taken == line.size()) json_.feed("\n");  // ends a number or a word
  const bool rest = line.find_first_not_of(kBlanks, taken) != std::string_view::npos;
  const bool broken = json_.state() == JsonScanner::State::kInvalid || rest;
  if (broken && going_on_ == GoingOn::kDemandedJson) return end(Outcome::kNotJson);
  if (broken && ends_in_backslash(line) && text_.size() == line.size()) {
    text_.back() = '\n';
    going_on_ = GoingOn::kBackslash;
    return Outcome::kMore;
  }
  if (broken || json_.state() == JsonScanner::State::kComplete) return end(Outcome::kMessage);
  return Outcome::kMore;
}

MessageAssembler::Outcome MessageAssembler::balance(std::string_view line) {
  text_ += line;
  graphql_.feed(line);
  graphql_.feed("\n");
  if (graphql_.state() != GraphqlScanner::State::kOpen) return end_of_line(line);
  going_on_ = GoingOn::kGraphql;
  return Outcome::kMore;
}

MessageAssembler::Outcome MessageAssembler::end(Outcome outcome) {
  going_on_ = GoingOn::kNot;
  return outcome;
}

std::string MessageAssembler::take() { return std::exchange(text_, {}); }

std::string MessageAssembler::what_was_wrong() const {
  return "expected " + std::string(json_.expected());
}

void MessageAssembler::drop() {
  going_on_ = GoingOn::kNot;
  text_.clear();
}

}  // namespace wscope::input
