// PasteStore: pastes too big to be shown in the line → a mark in the line, and back.
//
// mark() keeps a paste and gives what the line shows instead, such as "[paste 1: 1.0 MiB, 312
// lines]"; expand() puts the pastes back where their marks still stand unchanged. The last pastes
// are kept, up to a bound, so that a line from the history expands too. One thread; never fails.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace wscope::input {

class PasteStore {
 public:
  std::string mark(std::string paste);
  std::string expand(std::string_view line) const;

 private:
  struct Kept {
    std::string mark;
    std::string paste;
  };
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
  unsigned count_ = 0;
};

/// Screen rows that `text` takes where each byte is one column.
std::size_t rows_of(std::string_view text, std::size_t columns);

}  // namespace wscope::input
