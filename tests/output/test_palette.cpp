#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include "output/palette.h"

using namespace wscope;
using namespace wscope::output;

namespace {

/// WCAG 2.1: relative luminance of a colour of the 256 (the cube of six, and the greys).
double luminance(int index) {
  const auto linear = [](int byte) {
    const double part = byte / 255.0;
    return part <= 0.03928 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
  };
  if (index >= 232) return linear(8 + 10 * (index - 232));
  const auto level = [](int step) { return step == 0 ? 0 : 55 + 40 * step; };
  const int cube = index - 16;
  return 0.2126 * linear(level(cube / 36)) + 0.7152 * linear(level(cube / 6 % 6)) +
         0.0722 * linear(level(cube % 6));
}

double contrast(double one, double other) {
  return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05);
}

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  ~Variable() { setenv(name_, before_.c_str(), 1); }

 private:
  const char* name_;
  std::string before_;
};

}  // namespace

TEST_CASE("each tone is readable on white and on black, and on their softer kin") {
  const Palette& palette = Palette::indexed();
  for (const std::string_view code :
       {palette.received, palette.sent, palette.faint, palette.error, palette.json_key,
        palette.json_string, palette.json_number, palette.json_literal}) {
    CAPTURE(code.substr(1));
    REQUIRE(code.substr(0, 7) == "\x1b[38;5;");
    const double tone = luminance(std::atoi(std::string(code.substr(7)).c_str()));
    CHECK(contrast(tone, 1) >= 4);
    CHECK(contrast(tone, 0) >= 4);
    CHECK(contrast(tone, luminance(234)) >= 3);    // #1c1c1c
    CHECK(contrast(tone, luminance(255)) >= 3.3);  // #eeeeee
  }
  CHECK(palette.received != palette.sent);
}

TEST_CASE("the tones are for terminals that have them") {
  const Variable no_color("NO_COLOR", "");
  const Variable color_term("COLORTERM", "");
  {
    const Variable term("TERM", "xterm-256color");
    CHECK(&choose_palette(ColorMode::kAuto, true) == &Palette::indexed());
    CHECK(&choose_palette(ColorMode::kAlways, false) == &Palette::indexed());
    CHECK(&choose_palette(ColorMode::kAuto, false) == &Palette::none());
    CHECK(&choose_palette(ColorMode::kNever, true) == &Palette::none());
    const Variable refused("NO_COLOR", "1");
    CHECK(&choose_palette(ColorMode::kAuto, true) == &Palette::none());
    CHECK(&choose_palette(ColorMode::kAlways, true) == &Palette::indexed());
  }
  {
    const Variable term("TERM", "linux");
    CHECK(&choose_palette(ColorMode::kAuto, true) == &Palette::ansi());
    const Variable true_color("COLORTERM", "truecolor");
    CHECK(&choose_palette(ColorMode::kAuto, true) == &Palette::indexed());
  }
  const Variable term("TERM", "dumb");
  CHECK(&choose_palette(ColorMode::kAuto, true) == &Palette::none());
  CHECK(&choose_palette(ColorMode::kAlways, true) == &Palette::ansi());
}
