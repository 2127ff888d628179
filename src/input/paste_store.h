// PasteStore: pastes too big to be shown in the line → a mark in the line, and back.
//
// mark() keeps a paste and gives what the line shows instead, such as "[paste 1: 1.0 MiB, 312
// lines]"; expand() puts the pastes back where their marks still stand unchanged; broken_mark()
// tells of one that was edited, so that its text is not sent in the paste's place. The last pastes
// are kept, up to a bound, so that a line from the history expands too; of older ones the mark
// stays, and forgotten_mark() tells of it. One thread; never fails.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace wscope::input {

class PasteStore {
 public:
  /// What is marked in `line` is kept, whatever its size.
  std::string mark(std::string paste, std::string_view line = {});
  std::string expand(std::string_view line) const;
  /// The mark as it was, of which the line holds only a part; empty: there is none.
  std::string broken_mark(std::string_view line) const;
  /// A mark in the line whose paste is kept no longer; empty: there is none.
  std::string forgotten_mark(std::string_view line) const;

 private:
  struct Kept {
    bool leaves_a_part_in(std::string_view text) const;
    std::string mark;
    std::string paste;
    bool forgotten = false;
  };
  struct Place {
    std::size_t at;
    const Kept* kept;
  };
  void forget_old(std::string_view line);
  Place next_mark(std::string_view line, std::size_t begin) const;
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
  unsigned count_ = 0;
};

/// Screen rows that `text` takes where each byte is one column.
std::size_t rows_of(std::string_view text, std::size_t columns);

}  // namespace wscope::input
