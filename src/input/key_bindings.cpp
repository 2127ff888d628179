#include "input/key_bindings.h"

#include "base/ascii.h"
#include "base/utf8.h"

namespace wscope::input {
namespace {

struct NamedKey {
  std::string_view name;
  std::vector<std::string> sequences;
};

// The second of two is what the "application" mode of the keypad or an older terminal sends.
const std::vector<NamedKey>& named_keys() {
  static const std::vector<NamedKey> keys = {
      {"space", {" "}},
      {"enter", {"\r", "\n"}},
      {"return", {"\r", "\n"}},
      {"tab", {"\t"}},
      {"esc", {"\x1b"}},
      {"escape", {"\x1b"}},
      {"backspace", {"\x7f", "\b"}},
      {"delete", {"\x1b[3~"}},
      {"insert", {"\x1b[2~"}},
      {"home", {"\x1b[H", "\x1bOH", "\x1b[1~"}},
      {"end", {"\x1b[F", "\x1bOF", "\x1b[4~"}},
      {"pageup", {"\x1b[5~"}},
      {"pagedown", {"\x1b[6~"}},
      {"up", {"\x1b[A", "\x1bOA"}},
      {"down", {"\x1b[B", "\x1bOB"}},
      {"right", {"\x1b[C", "\x1bOC"}},
      {"left", {"\x1b[D", "\x1bOD"}},
      {"f1", {"\x1bOP", "\x1b[11~", "\x1b[[A"}},
      {"f2", {"\x1bOQ", "\x1b[12~", "\x1b[[B"}},
      {"f3", {"\x1bOR", "\x1b[13~", "\x1b[[C"}},
      {"f4", {"\x1bOS", "\x1b[14~", "\x1b[[D"}},
      {"f5", {"\x1b[15~", "\x1b[[E"}},
      {"f6", {"\x1b[17~"}},
      {"f7", {"\x1b[18~"}},
      {"f8", {"\x1b[19~"}},
      {"f9", {"\x1b[20~"}},
      {"f10", {"\x1b[21~"}},
      {"f11", {"\x1b[23~"}},
      {"f12", {"\x1b[24~"}},
  };
  return keys;
}

bool is_one_character(std::string_view text) {
  if (!is_valid_utf8(text)) return false;
  std::size_t characters = 0;
  for (const char byte : text) characters += (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  return characters == 1;
}

}  // namespace

std::vector<std::string> key_sequences(std::string_view name) {
  if (is_one_character(name)) return {std::string(name)};
  const std::string folded = lower_case(name);
  for (const NamedKey& key : named_keys()) {
    if (key.name == folded) return key.sequences;
  }
  for (const std::string_view prefix : {"ctrl-", "c-", "^"}) {
    if (folded.size() != prefix.size() + 1 || folded.compare(0, prefix.size(), prefix) != 0) {
      continue;
    }
    const char letter = folded.back();
    if (is_lower(letter)) return {std::string(1, static_cast<char>(letter & 0x1f))};
  }
  return {};
}

bool KeyBindings::add(std::string_view key, const std::string& message) {
  const std::vector<std::string> sequences = key_sequences(key);
  for (const std::string& sequence : sequences) bindings_.push_back({sequence, message});
  return !sequences.empty();
}

const std::string* KeyBindings::take(std::string_view& keys) const {
  const Binding* found = nullptr;
  for (const Binding& binding : bindings_) {
    const bool fits = keys.substr(0, binding.sequence.size()) == binding.sequence;
    // A lone ESC is a key, but not the one that other sequences begin with.
    const bool whole = binding.sequence != "\x1b" || keys.size() == 1;
    const bool longer = found == nullptr || binding.sequence.size() > found->sequence.size();
    if (fits && whole && longer) found = &binding;
  }
  if (found == nullptr) return nullptr;
  keys.remove_prefix(found->sequence.size());
  return &found->message;
}

std::string_view first_key(std::string_view keys) {
  if (keys.empty() || keys.front() == '\x1b') return keys;
  std::size_t size = 1;
  while (size < keys.size() && (static_cast<unsigned char>(keys[size]) & 0xc0) == 0x80) ++size;
  return keys.substr(0, size);
}

}  // namespace wscope::input
