// PasteStore: pastes too big to be shown in the line → a mark in the line, and back.
//
// mark() keeps a paste and gives what the line shows instead, such as "[paste 1: 1.0 MiB, 312
// lines]"; expand() puts the pastes back where their marks still stand unchanged; broken_mark()
// tells of one that was edited, or whose paste is kept no longer, so that its text is not sent in
// the paste's place. The last pastes are kept, up to a bound, so that a line from the history
// expands too. One thread; never fails.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace wscope::input {

class PasteStore {
 public:
  /// The pastes of `line`, into which it comes, are kept whatever their size.
  std::string mark(std::string paste, std::string_view line = {});
  std::string expand(std::string_view line) const;
  /// The mark as it was, of which the line holds only a part, or which stands for nothing any more;
  /// empty: there is none.
  std::string broken_mark(std::string_view line) const;

 private:
  struct Kept {
    bool leaves_a_part_in(std::string_view text) const;
    std::string mark;
    std::optional<std::string> paste;  // nothing: kept no longer
  };
  struct Place {
    std::size_t at;
    const Kept* kept;
  };
  Place next_mark(std::string_view line, std::size_t begin) const;
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
  unsigned count_ = 0;
};

/// Screen rows that `text` takes where each byte is one column.
std::size_t rows_of(std::string_view text, std::size_t columns);

}  // namespace wscope::input
