// Palette: the colours of the house, and whether to use them at all.
//
// Terminals with 256 colours get tones of middle lightness whose contrast is 4:1 or more on white
// as on black, so that nobody has to say which background there is. The others get the basic ANSI
// colours that are readable on most (no yellow, no white, no blue), and faint for what is
// secondary. Without colour every string is empty.
#pragma once

#include <string_view>

#include "base/options.h"

namespace wscope::output {

struct Palette {
  std::string_view received;  // the mark of what came
  std::string_view sent;      // the mark of what went
  std::string_view faint;     // status, offsets, times
  std::string_view error;
  std::string_view escape;  // control characters made visible
  std::string_view json_key;
  std::string_view json_string;
  std::string_view json_number;
  std::string_view json_literal;  // true, false, null
  std::string_view reset;

  bool enabled() const { return !reset.empty(); }
  static const Palette& none();
  static const Palette& ansi();
  static const Palette& indexed();
};

/// TERM and COLORTERM tell how many colours there are. --color decides whether; else NO_COLOR (set
/// and not empty), TERM=dumb and whether it is a terminal.
const Palette& choose_palette(ColorMode mode, bool is_terminal);

}  // namespace wscope::output
