// KeyBindings: --on-key KEY=MESSAGE → the message of a key press.
//
// Names of keys: "a", "é", "space", "enter", "tab", "esc", "up", "f5", "ctrl-x" …; where terminals
// differ, each of the sequences they send counts. Pure; an unknown name is told by add().
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wscope::input {

/// What terminals send for a key; nothing for a name nobody knows.
std::vector<std::string> key_sequences(std::string_view name);

class KeyBindings {
 public:
  /// False: there is no such key.
  bool add(std::string_view key, const std::string& message);
  bool empty() const { return bindings_.empty(); }
  /// The message of the key that `keys` begins with, which is then taken off; null: none.
  const std::string* take(std::string_view& keys) const;

 private:
  struct Binding {
    std::string sequence;
    std::string message;
  };
  std::vector<Binding> bindings_;
};

/// The bytes of the first key in `keys`: a sequence as it came in one read, or one character.
std::string_view first_key(std::string_view keys);

}  // namespace wscope::input
