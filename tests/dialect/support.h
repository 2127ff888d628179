// How the tests of dialects write what a dialect does: one line a step.
#pragma once

#include <algorithm>
#include <string>

#include "dialect/dialect.h"

/// ">text", ">>bytes" for a binary message, "<line", "*notice", "!error", "#failure", "?lost", "."
/// for the end.
inline std::string told(const wscope::dialect::Steps& steps) {
  using Kind = wscope::dialect::Step::Kind;
  std::string text;
  for (const auto& step : steps) {
    if (!text.empty()) text += "\n";
    switch (step.kind) {
      case Kind::kSend:
        text += step.type == wscope::MessageType::kBinary ? ">>" + step.data : ">" + step.data;
        break;
      case Kind::kShow:
        text += "<" + step.data;
        break;
      case Kind::kNotice:
        text += "*" + step.data;
        break;
      case Kind::kRefuse:
        text += "!" + step.error.message;
        break;
      case Kind::kFail:
        text += "#" + step.error.message;
        break;
      case Kind::kLost:
        text += "?" + step.error.message;
        break;
      case Kind::kEnd:
        text += ".";
        break;
    }
  }
  return text;
}

/// A dialect with text in and text out, at a time that tests set.
template <class Dialect>
struct Talk {
  explicit Talk(wscope::dialect::Setting setting = {}) : dialect(std::move(setting)) {}
  std::string typed(std::string_view text) {
    return told(dialect.typed(wscope::MessageType::kText, text, now));
  }
  std::string command(std::string_view text) { return told(dialect.command(text, now)); }
  std::string received(std::string_view text) {
    auto steps = dialect.received(wscope::MessageType::kText, text, now);
    std::string all = told(steps);
    most_steps = std::max(most_steps, steps.size());
    while (!(steps = dialect.go_on()).empty()) {
      most_steps = std::max(most_steps, steps.size());
      all += "\n" + told(steps);
    }
    return all;
  }
  std::string received_binary(std::string_view bytes) {
    return told(dialect.received(wscope::MessageType::kBinary, bytes, now));
  }
  std::string tick() { return told(dialect.tick(now)); }
  Dialect dialect;
  double now = 0;
  std::size_t most_steps = 0;  // of one call
};
