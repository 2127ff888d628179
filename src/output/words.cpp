#include "output/words.h"

#include <fmt/format.h>

#include "base/close_code.h"
#include "base/escape.h"

namespace wscope::output {

std::string close_words(std::optional<std::uint16_t> code, std::string_view reason) {
  std::string words = code ? fmt::format("{} ({})", *code, close_code_name(*code)) : "no code";
  if (!reason.empty()) {
    words += " \"" + escaped(reason, kOneLine) + "\"";
  }
  return words;
}

std::string closed_words(const Closed& closed) {
  if (!closed.first) return "connection lost without a Close";
  const std::string_view peer = closed.client == 0 ? "the server" : "the client";
  const bool ours = *closed.first == Direction::kSent;
  if (closed.answer) {
    return fmt::format("closed by {}, answered by {} with {}", ours ? "wscope" : peer,
                       ours ? peer : "wscope", close_words(closed.code, closed.reason));
  }
  std::string words = fmt::format("closed by {}: {}", ours ? "wscope" : peer,
                                  close_words(closed.code, closed.reason));
  if (!closed.clean) words += fmt::format(", not answered by {}", ours ? peer : "wscope");
  return words;
}

std::string duration_words(double seconds) {
  if (seconds < 1) return fmt::format("{:.1f} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

}  // namespace wscope::output
