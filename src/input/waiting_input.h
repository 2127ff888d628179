// WaitingInput: a Return for which there is no room, and what was typed or pasted behind it.
//
// In its order, until there is room or Ctrl-C gives it up. Pure; any one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "input/paste_splitter.h"

namespace wscope::input {

class WaitingInput {
 public:
  bool empty() const { return inputs_.empty(); }
  /// So much is enough: the terminal holds the rest.
  bool full() const { return bytes_ >= kMost; }
  /// The Return, and the keys behind it. Nothing begins to wait where they give it up: then these
  /// are the keys from Ctrl-C on.
  std::string_view begin(std::string_view keys);
  /// Where the keys give up what waits: those from Ctrl-C on, and nothing waits any more.
  std::optional<std::string> add(const TerminalInput& input);
  std::vector<TerminalInput> take();

 private:
  static constexpr std::size_t kMost = std::size_t{64} << 10;

  std::vector<TerminalInput> inputs_;
  std::size_t bytes_ = 0;
};

}  // namespace wscope::input
