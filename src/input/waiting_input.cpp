#include "input/waiting_input.h"

namespace wscope::input {
namespace {

constexpr char kCtrlC = 3;

}  // namespace

std::string_view WaitingInput::begin(std::string_view keys) {
  if (const auto interrupt = keys.find(kCtrlC); interrupt != std::string_view::npos) {
    return keys.substr(interrupt);
  }
  add({false, std::string(keys)});
  return {};
}

std::optional<std::string> WaitingInput::add(const TerminalInput& input) {
  // In a paste it is none.
  const auto interrupt = input.pasted ? std::string::npos : input.bytes.find(kCtrlC);
  if (interrupt != std::string::npos) {
    take();
    return input.bytes.substr(interrupt);
  }
  bytes_ += input.bytes.size();
  inputs_.push_back(input);
  return std::nullopt;
}

std::vector<TerminalInput> WaitingInput::take() {
  bytes_ = 0;
  return std::exchange(inputs_, {});
}

}  // namespace wscope::input
