#include "output/hexdump.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "output/words.h"

namespace wscope::output {
namespace {

/// Offset, two blanks, three columns a byte, one more after each eight (or at the end), and |…|.
std::size_t row_width(std::size_t bytes) {
  return 10 + 3 * bytes + std::max<std::size_t>(1, bytes / 8) + 2 + bytes;
}

std::size_t bytes_per_row(const HexdumpStyle& style) {
  const auto columns = static_cast<std::size_t>(style.columns > 0 ? style.columns : 80);
  for (const std::size_t bytes : {std::size_t{16}, std::size_t{8}}) {
    if (style.indent.size() + row_width(bytes) <= columns) return bytes;
  }
  return 4;
}

void append_row(std::string& out, std::string_view row, std::size_t offset, std::size_t per_row,
                const HexdumpStyle& style) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "{}{}{:08x}{}  ", style.indent, style.faint, offset, style.faint_end);
  for (std::size_t i = 0; i < per_row; ++i) {
    if (i < row.size()) {
      fmt::format_to(to, "{:02x} ", static_cast<unsigned char>(row[i]));
    } else {
      out += "   ";
    }
    if (i % 8 == 7) out += ' ';
  }
  if (per_row % 8 != 0) out += ' ';
  out += '|';
  for (const char c : row) out += c >= 0x20 && c < 0x7f ? c : '.';
  out += "|\n";
}

}  // namespace

bool hexdump_elides(std::size_t size, const HexdumpStyle& style) {
  const std::size_t per_row = bytes_per_row(style);
  // Leaving out a single row would save nothing: its note takes one.
  return style.max_rows > 0 && (size + per_row - 1) / per_row > style.max_rows + 1;
}

void append_hexdump(std::string& out, std::string_view bytes, const HexdumpStyle& style) {
  const std::size_t per_row = bytes_per_row(style);
  const std::size_t rows = (bytes.size() + per_row - 1) / per_row;
  std::size_t head = rows;
  std::size_t tail = 0;
  if (hexdump_elides(bytes.size(), style)) {
    tail = style.max_rows / 4;
    head = style.max_rows - tail;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (row == head && head + tail < rows) {
      const std::size_t left_out = (rows - head - tail) * per_row;
      fmt::format_to(std::back_inserter(out), "{}{}… {} left out of {} …{}{}\n", style.indent,
                     style.faint, counted(left_out, "byte"), bytes.size(), style.elided_hint,
                     style.faint_end);
      row = rows - tail;
    }
    if (row >= rows) break;
    append_row(out, bytes.substr(row * per_row, per_row), row * per_row, per_row, style);
  }
}

}  // namespace wscope::output
