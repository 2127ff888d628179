#include "input/recent_words.h"

#include <algorithm>
#include <unordered_set>

#include "base/escape.h"

namespace wscope::input {
namespace {

constexpr std::size_t kMostWords = 100;
constexpr std::size_t kLongestWord = 200;

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
      // A word is inserted into the line: nothing that drives a terminal may be in it.
      const bool fits = word.size() > prefix.size() && word.size() <= kLongestWord &&
                        word.substr(0, prefix.size()) == prefix && is_clean(word, kOneLine);
      if (fits && seen.insert(word).second) words.emplace_back(word);
    }
  }
  return words;
}

}  // namespace wscope::input
