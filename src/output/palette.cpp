#include "output/palette.h"

#include <cstdlib>

namespace wscope::output {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value != nullptr ? value : "";
}

}  // namespace

const Palette& Palette::none() {
  static const Palette kNone;
  return kNone;
}

const Palette& Palette::ansi() {
  static const Palette kAnsi = {"\x1b[36m", "\x1b[35m", "\x1b[2m",  "\x1b[31m", "\x1b[7m",
                                "\x1b[36m", "\x1b[32m", "\x1b[35m", "\x1b[35m", "\x1b[0m"};
  return kAnsi;
}

const Palette& Palette::indexed() {
  static const Palette kIndexed = {
      "\x1b[38;5;30m", "\x1b[38;5;133m", "\x1b[38;5;243m", "\x1b[38;5;161m", "\x1b[7m",
      "\x1b[38;5;31m", "\x1b[38;5;28m",  "\x1b[38;5;130m", "\x1b[38;5;97m",  "\x1b[0m"};
  return kIndexed;
}

const Palette& choose_palette(ColorMode mode, bool is_terminal) {
  if (mode == ColorMode::kNever) return Palette::none();
  if (mode != ColorMode::kAlways && !is_terminal) return Palette::none();
  const bool refused = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
  if (refused && mode != ColorMode::kAlways) return Palette::none();
  const bool many = environment("TERM").find("256color") != std::string_view::npos ||
                    !environment("COLORTERM").empty();
  return many ? Palette::indexed() : Palette::ansi();
}

}  // namespace wscope::output
