// Completion: a half-typed line → what Tab may put there.
//
// Slash commands and their arguments (close codes by name or number, on and off; a file for /file
// is left to the line editor), elsewhere the words of recent messages. Pure but for the words.
// Never fails.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "input/recent_words.h"

namespace wscope::input {

struct Completion {
  std::vector<std::string> words;
  std::vector<std::string> shown;  // in the list of several, instead of each word; empty: the words
  bool files = false;              // complete a file name instead
  bool space = true;               // a blank follows a word that is complete
};

/// `start`: where in `line` the word begins that ends at the cursor with `line`'s end.
Completion complete(std::string_view line, std::size_t start, const RecentWords& recent);

}  // namespace wscope::input
