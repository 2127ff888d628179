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

const Palette& choose_palette(ColorMode mode, bool is_terminal) {
  if (mode == ColorMode::kAlways) return Palette::ansi();
  if (mode == ColorMode::kNever || !is_terminal) return Palette::none();
  const bool refused = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
  return refused ? Palette::none() : Palette::ansi();
}

}  // namespace wscope::output
