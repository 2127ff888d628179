// Palette: the colours of the house, and whether to use them at all.
//
// Only the basic ANSI colours that stay readable on light and on dark backgrounds (no yellow, no
// white, no blue), and faint for what is secondary. Without colour every string is empty.
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
};

/// --color decides; else NO_COLOR (set and not empty), TERM=dumb and whether it is a terminal.
const Palette& choose_palette(ColorMode mode, bool is_terminal);

}  // namespace wscope::output
