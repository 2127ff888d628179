// A proxy's bytes told to a ProxyDialogue in pieces, and what must hold of how it ends.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/escape.h"
#include "net/proxy_dialogue.h"

namespace proxy_story {

using wscope::net::ProxyDialogue;
using State = ProxyDialogue::State;

inline void require(bool holds) {
  if (!holds) std::abort();
}

struct Told {
  std::unique_ptr<ProxyDialogue> dialogue;
  std::string sent;            // all that the proxy was sent
  std::string_view rest;       // of the bytes: the tunnel's, or what came behind a failure
  std::size_t talked_for = 0;  // bytes taken while it talked
};

/// As a stream does: at most `size` bytes at once, never more than is wanted; then the proxy
/// closes, or patience with its refusal's body ends.
inline Told tell(std::unique_ptr<ProxyDialogue> dialogue, std::string_view bytes, std::size_t size,
                 bool patient) {
  Told told;
  told.sent = dialogue->take_output();
  while (dialogue->state() == State::kTalking || dialogue->state() == State::kRefusing) {
    require(dialogue->wants() > 0);
    if (bytes.empty()) {
      if (!patient) dialogue->give_up();
      if (patient || dialogue->state() == State::kTalking) dialogue->ended();
      break;
    }
    const std::size_t piece = std::min({bytes.size(), size, dialogue->wants()});
    if (dialogue->state() == State::kTalking) told.talked_for += piece;
    dialogue->received(bytes.substr(0, piece));
    bytes.remove_prefix(piece);
    told.sent += dialogue->take_output();
  }
  told.rest = bytes;
  told.dialogue = std::move(dialogue);
  return told;
}

inline void require_safe(const std::string& text, bool one_line, std::size_t limit) {
  require(wscope::escaped(text) == text);
  require(!one_line || text.find('\n') == std::string::npos);
  require(text.size() <= limit);
}

/// The same end in any pieces, and an error that can be shown.
inline void require_same(const Told& whole, const Told& pieces) {
  const ProxyDialogue& one = *whole.dialogue;
  const ProxyDialogue& other = *pieces.dialogue;
  require(one.state() == State::kOpen || one.state() == State::kFailed);
  require(one.state() == other.state());
  require(whole.sent == pieces.sent);
  require(whole.talked_for == pieces.talked_for);
  require_safe(one.outcome(), true, 1000);
  if (one.state() == State::kOpen) {
    require(whole.rest == pieces.rest);
    require(!one.outcome().empty());
    require(one.outcome() == other.outcome());
    return;
  }
  require(!one.error().message.empty());
  require(one.error().message == other.error().message);
  require(one.error().hint == other.error().hint);
  require(one.error().detail == other.error().detail);
  require(one.address_at_fault() == other.address_at_fault());
  require_safe(one.error().message, true, 1000);
  require_safe(one.error().hint, true, 1000);
  require_safe(one.error().detail, false, 64 * 1024);
}

}  // namespace proxy_story
