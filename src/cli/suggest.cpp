#include "cli/suggest.h"

#include <algorithm>

namespace wscope::cli {
namespace {

constexpr std::size_t kLongestWord = 40;  // longer ones are no misspelling of anything we know
constexpr std::size_t kMostSuggestions = 3;

std::size_t tolerated(std::size_t length) { return length <= 5 ? 1 : length <= 9 ? 2 : 3; }

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<std::size_t> cost((left.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return cost[i * width + j]; };
  for (std::size_t i = 0; i <= left.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= right.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = at(i - 1, j - 1) + (left[i - 1] == right[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
      const bool swapped =
          i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(left.size(), right.size());
}

std::vector<std::string_view> nearest(std::string_view word,
                                      const std::vector<std::string_view>& candidates) {
  if (word.empty() || word.size() > kLongestWord) return {};
  struct Match {
    std::size_t distance;
    std::string_view candidate;
  };
  std::vector<Match> matches;
  std::vector<std::string_view> begun;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    // A word that shares nothing with the candidate is no misspelling of it, however short.
    if (distance <= tolerated(word.size()) && distance < candidate.size()) {
      matches.push_back({distance, candidate});
    }
    if (candidate.substr(0, word.size()) == word) begun.push_back(candidate);
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.distance < b.distance; });
  std::vector<std::string_view> result;
  // `--head` is more likely the beginning of --header than a misspelt --exec.
  if (word.size() >= 3 || matches.empty()) result = begun;
  for (const Match& match : matches) {
    if (match.distance > matches.front().distance) break;
    if (std::find(result.begin(), result.end(), match.candidate) == result.end()) {
      result.push_back(match.candidate);
    }
  }
  if (result.size() > kMostSuggestions) result.resize(kMostSuggestions);
  return result;
}

}  // namespace wscope::cli
