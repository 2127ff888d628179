#include "input/completion.h"

#include "base/close_code.h"
#include "input/slash_command.h"

namespace wscope::input {
namespace {

template <class Words>
std::vector<std::string> beginning_with(const Words& words, std::string_view prefix) {
  std::vector<std::string> fitting;
  for (const auto& word : words) {
    const std::string_view view = word;
    if (view.substr(0, prefix.size()) == prefix) fitting.emplace_back(view);
  }
  return fitting;
}

/// By number where one has been begun, else by name; the list shows both.
Completion close_codes(std::string_view begun) {
  Completion completion;
  const bool by_number = begun.find_first_of("0123456789") == 0;
  for (const CloseWord& close : sendable_close_words()) {
    const std::string number = std::to_string(close.code);
    const std::string& word = by_number ? number : close.word;
    if (word.compare(0, begun.size(), begun) != 0) continue;
    completion.words.push_back(word);
    completion.shown.push_back(number + " " + close.word);
  }
  return completion;
}

}  // namespace

Completion complete(std::string_view line, std::size_t start, const RecentWords& recent) {
  const std::string_view word = line.substr(start);
  Completion completion;
  if (line.substr(0, 1) == "/" && line.substr(0, 2) != "//") {
    if (start == 0) {
      completion.words = beginning_with(slash_command_names(), word);
      return completion;
    }
    const std::string_view command = line.substr(0, line.find(' '));
    const bool first_argument =
        line.substr(0, start).find_first_not_of(' ', command.size()) == std::string_view::npos;
    if (command == "/file") {
      completion.files = true;
      return completion;
    }
    if (command == "/close" && first_argument) {
      return close_codes(word);
    }
    if (command == "/trace" && first_argument) {
      completion.words = beginning_with(std::vector<std::string>{"on", "off"}, word);
      return completion;
    }
  }
  completion.space = false;
  if (!word.empty()) completion.words = recent.beginning_with(word);
  return completion;
}

}  // namespace wscope::input
