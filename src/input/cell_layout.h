// CellLayout: a prompt and a line → in which row of the terminal their end lies.
//
// As readline shows them: wide characters take two columns, combining ones none, control characters
// two (^A), a newline begins a row, and a prompt's parts between \001 and \002 take none. In the
// locale's encoding. Pure; never fails.
#pragma once

#include <cstddef>
#include <string_view>

namespace wscope::input {

class CellLayout {
 public:
  explicit CellLayout(std::size_t columns) : columns_(columns > 0 ? columns : 1) {}

  void add_prompt(std::string_view prompt);
  void add_line(std::string_view line);
  std::size_t row() const { return row_; }
  std::size_t column() const { return column_; }

 private:
  std::size_t add_character(std::string_view text);
  void add_cells(std::size_t cells);

  const std::size_t columns_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

}  // namespace wscope::input
