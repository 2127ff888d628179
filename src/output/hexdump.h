// hexdump: bytes → rows of offset, hex and ASCII, as `hexdump -C` writes them.
//
// Long ones are elided in the middle, with the number of bytes left out told. The rows get narrower
// (16, 8 or 4 bytes) where the terminal is. Every row begins with `indent` and ends in '\n'. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wscope::output {

struct HexdumpStyle {
  std::string_view indent;
  int columns = 80;              // of the terminal, with the indent
  std::size_t max_rows = 0;      // 0: all of them
  std::string_view elided_hint;  // put behind the note of what was left out
  std::string_view faint;        // put before offsets and the note of what was left out (colour)
  std::string_view faint_end;    // put behind them
};

/// Whether a dump of so many bytes leaves some out.
bool hexdump_elides(std::size_t size, const HexdumpStyle& style);
void append_hexdump(std::string& out, std::string_view bytes, const HexdumpStyle& style);

}  // namespace wscope::output
