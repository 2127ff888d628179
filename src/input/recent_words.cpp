#include "input/recent_words.h"

#include <algorithm>
#include <unordered_set>

#include "base/utf8.h"

namespace wscope::input {
namespace {

constexpr std::size_t kMostWords = 100;
constexpr std::size_t kLongestWord = 200;

/// C1 controls (U+0080–9F), and characters that change the direction of writing.
bool holds_control(std::string_view utf8) {
  for (std::size_t i = 0; i + 1 < utf8.size(); ++i) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const auto second = static_cast<unsigned char>(utf8[i + 1]);
    const auto third = static_cast<unsigned char>(i + 2 < utf8.size() ? utf8[i + 2] : '\0');
    if (first == 0xc2 && second < 0xa0) return true;
    if (first == 0xd8 && second == 0x9c) return true;  // U+061C
    if (first != 0xe2) continue;
    // U+200E and U+200F, U+202A to U+202E, U+2066 to U+2069
    if (second == 0x80 && (third == 0x8e || third == 0x8f)) return true;
    if (second == 0x80 && third >= 0xaa && third <= 0xae) return true;
    if (second == 0x81 && third >= 0xa6 && third <= 0xa9) return true;
  }
  return false;
}

/// A word is inserted into the line: nothing that drives a terminal may be in it.
bool is_plain(std::string_view word) {
  const bool printable = std::all_of(word.begin(), word.end(), [](char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code > 0x20 && code != 0x7f;
  });
  return printable && is_valid_utf8(word) && !holds_control(word);
}

}  // namespace

void RecentWords::learn(std::string_view message) {
  const std::lock_guard lock(mutex_);
  ring_[next_].assign(message.substr(0, kMessageBytes));
  next_ = (next_ + 1) % kMessages;
}

std::vector<std::string> RecentWords::beginning_with(std::string_view prefix) const {
  std::vector<std::string> words;
  std::unordered_set<std::string_view> seen;
  const std::lock_guard lock(mutex_);
  for (std::size_t age = 1; age <= kMessages; ++age) {
    std::string_view rest = ring_[(next_ + kMessages - age) % kMessages];
    while (words.size() < kMostWords) {
      rest.remove_prefix(std::min(rest.find_first_not_of(kWordBreaks), rest.size()));
      if (rest.empty()) break;
      const std::string_view word = rest.substr(0, rest.find_first_of(kWordBreaks));
      rest.remove_prefix(word.size());
      const bool fits = word.size() > prefix.size() && word.size() <= kLongestWord &&
                        word.substr(0, prefix.size()) == prefix && is_plain(word);
      if (fits && seen.insert(word).second) words.emplace_back(word);
    }
  }
  return words;
}

}  // namespace wscope::input
