#include "input/paste_splitter.h"

#include <algorithm>
#include <utility>

namespace wscope::input {
namespace {

constexpr std::string_view kBegin = "\x1b[200~";
constexpr std::string_view kEnd = "\x1b[201~";

/// Length of the longest beginning of `marker` that `text` ends with.
std::size_t cut_marker(std::string_view text, std::string_view marker) {
  const std::size_t most = std::min(text.size(), marker.size() - 1);
  for (std::size_t length = most; length > 0; --length) {
    if (text.substr(text.size() - length) == marker.substr(0, length)) return length;
  }
  return 0;
}

/// Bytes of a character of UTF-8 at the end of `text` that has not come whole.
std::size_t cut_character(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(text.size(), 3); ++length) {
    const auto byte = static_cast<unsigned char>(text[text.size() - length]);
    if ((byte & 0xc0) == 0x80) continue;
    const std::size_t whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length < whole ? length : 0;
  }
  return 0;
}

std::string cleaned(const std::string& raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\r') {
      text += '\n';
      if (i + 1 < raw.size() && raw[i + 1] == '\n') ++i;
    } else if (raw[i] != '\0') {
      text += raw[i];
    }
  }
  // Copied lines end with one; the Enter that sends it is the user's.
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void add_keys(std::vector<TerminalInput>& found, std::string_view keys) {
  if (keys.empty()) return;
  if (found.empty() || found.back().pasted) found.push_back({false, {}});
  found.back().bytes.append(keys);
}

}  // namespace

std::vector<TerminalInput> PasteSplitter::feed(std::string_view bytes) {
  std::vector<TerminalInput> found;
  std::string joined;
  if (!held_.empty()) {
    joined = std::exchange(held_, {});
    joined.append(bytes);
    bytes = joined;
  }
  while (!bytes.empty()) {
    const std::string_view marker = pasting_ ? kEnd : kBegin;
    const std::size_t at = bytes.find(marker);
    const bool whole = at != std::string_view::npos;
    std::size_t held = whole ? 0 : cut_marker(bytes, marker);
    if (!whole && !pasting_ && held == 0) held = cut_character(bytes);
    const std::string_view before = bytes.substr(0, whole ? at : bytes.size() - held);
    if (pasting_) {
      paste_.append(before);
    } else {
      add_keys(found, before);
    }
    if (!whole) {
      held_ = bytes.substr(bytes.size() - held);
      break;
    }
    if (pasting_) found.push_back({true, cleaned(std::exchange(paste_, {}))});
    pasting_ = !pasting_;
    bytes.remove_prefix(at + marker.size());
  }
  return found;
}

std::vector<TerminalInput> PasteSplitter::release() {
  std::vector<TerminalInput> found;
  if (!pasting_) add_keys(found, std::exchange(held_, {}));
  return found;
}

std::vector<TerminalInput> PasteSplitter::give_up_paste() {
  pasting_ = false;
  return {{true, cleaned(std::exchange(paste_, {}) + std::exchange(held_, {}))}};
}

}  // namespace wscope::input
