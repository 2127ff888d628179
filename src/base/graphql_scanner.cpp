#include "base/graphql_scanner.h"

#include <algorithm>

namespace wscope {
namespace {

constexpr std::string_view kBlockQuote = "\"\"\"";
constexpr std::string_view kOpening = "{([";
constexpr std::string_view kClosing = "})]";

bool starts(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

}  // namespace

void GraphqlScanner::feed(std::string_view text) {
  while (!text.empty() && !broken_) text.remove_prefix(std::min(take(text), text.size()));
}

void GraphqlScanner::finish() { broken_ = broken_ || inside_ == Inside::kString; }

/// How many bytes of `text` are done with.
std::size_t GraphqlScanner::take(std::string_view text) {
  const char c = text.front();
  switch (inside_) {
    case Inside::kComment:
      if (c == '\n' || c == '\r') inside_ = Inside::kDocument;
      return 1;
    case Inside::kBlockString:
      if (starts(text, "\\\"\"\"")) return 1 + kBlockQuote.size();
      if (!starts(text, kBlockQuote)) return 1;
      inside_ = Inside::kDocument;
      return kBlockQuote.size();
    case Inside::kString:
      broken_ = c == '\n' || c == '\r';
      if (c == '"') inside_ = Inside::kDocument;
      return c == '\\' ? 2 : 1;
    case Inside::kDocument:
      break;
  }
  if (starts(text, kBlockQuote)) {
    inside_ = Inside::kBlockString;
    return kBlockQuote.size();
  }
  if (c == '"') inside_ = Inside::kString;
  if (c == '#') inside_ = Inside::kComment;
  bracket(c);
  return 1;
}

void GraphqlScanner::bracket(char c) {
  if (kOpening.find(c) != kOpening.npos) brackets_ += c;
  const auto which = kClosing.find(c);
  if (which == kClosing.npos) return;
  broken_ = brackets_.empty() || brackets_.back() != kOpening[which];
  if (!broken_) brackets_.pop_back();
}

GraphqlScanner::State GraphqlScanner::state() const {
  if (broken_) return State::kBroken;
  return open().empty() ? State::kClosed : State::kOpen;
}

std::string_view GraphqlScanner::open() const {
  if (inside_ == Inside::kBlockString) return kBlockQuote;
  if (brackets_.empty()) return {};
  return kOpening.substr(kOpening.find(brackets_.back()), 1);
}

}  // namespace wscope
