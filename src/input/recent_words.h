// RecentWords: messages that went by → the words that Tab completes.
//
// learn() only copies the beginning of a message into a small ring, so a flood costs next to
// nothing; words are cut when somebody asks. A word is a run of bytes other than blanks, quotes and
// JSON's punctuation. Any thread; it locks for itself. Never fails.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wscope::input {

/// The bytes between words.
constexpr std::string_view kWordBreaks = " \t\r\n\"'`{}[](),:;=<>|&";

class RecentWords {
 public:
  void learn(std::string_view message);
  /// Words that begin with `prefix` and are longer, each once, the newest first.
  std::vector<std::string> beginning_with(std::string_view prefix) const;

 private:
  static constexpr std::size_t kMessages = 64;
  static constexpr std::size_t kMessageBytes = 2048;

  mutable std::mutex mutex_;
  std::array<std::string, kMessages> ring_;
  std::size_t next_ = 0;
};

}  // namespace wscope::input
