#include "input/cell_layout.h"

#include <cwchar>

namespace wscope::input {
namespace {

constexpr std::size_t kTab = 8;

}  // namespace

void CellLayout::add_cells(std::size_t cells) {
  if (column_ + cells > columns_) {
    ++row_;
    column_ = 0;
  }
  column_ += cells;
}

/// How many bytes the first character of `text` has.
std::size_t CellLayout::add_character(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte == '\n') {
    ++row_;
    column_ = 0;
    return 1;
  }
  if (byte == '\t') {
    for (std::size_t i = column_ % kTab; i < kTab; ++i) add_cells(1);
    return 1;
  }
  if (byte < 0x20 || byte == 0x7f) {
    add_cells(1);
    add_cells(1);
    return 1;
  }
  std::mbstate_t state{};
  wchar_t wide = 0;
  const std::size_t size = std::mbrtowc(&wide, text.data(), text.size(), &state);
  if (size == 0 || size > text.size()) {  // readline shows such a byte as \ooo
    for (int i = 0; i < 4; ++i) add_cells(1);
    return 1;
  }
  const int cells = wcwidth(wide);
  if (cells > 0) add_cells(static_cast<std::size_t>(cells));
  return size;
}

void CellLayout::add_prompt(std::string_view prompt) {
  bool shown = true;
  while (!prompt.empty()) {
    std::size_t size = 1;
    if (prompt.front() == '\x01' || prompt.front() == '\x02') {
      shown = prompt.front() == '\x02';
    } else if (shown) {
      size = add_character(prompt);
    }
    prompt.remove_prefix(size);
  }
}

void CellLayout::add_line(std::string_view line) {
  while (!line.empty()) line.remove_prefix(add_character(line));
}

}  // namespace wscope::input
