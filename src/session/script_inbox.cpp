#include "session/script_inbox.h"

#include <utility>

namespace wscope::session {
namespace {

constexpr std::size_t kRememberedControls = 64;

std::size_t cost_of(const ScriptEvent& message) {
  return message.data.size() + sizeof(ScriptEvent);
}

}  // namespace

const ScriptInbox::Queue* ScriptInbox::add(ScriptEvent event) {
  switch (event.kind) {
    case ScriptEvent::Kind::kMessage:
      bytes += cost_of(event);
      messages.push_back(std::move(event));
      return nullptr;
    case ScriptEvent::Kind::kPing:
    case ScriptEvent::Kind::kPong: {
      Queue& queue = event.kind == ScriptEvent::Kind::kPing ? pings : pongs;
      const bool full = queue.size() == kRememberedControls;
      if (full) queue.pop_front();
      queue.push_back(std::move(event));
      return full ? &queue : nullptr;
    }
    case ScriptEvent::Kind::kClose:
    case ScriptEvent::Kind::kLost:
      end = std::move(event);
      return nullptr;
  }
  return nullptr;
}

ScriptEvent ScriptInbox::take_message() {
  ScriptEvent message = std::move(messages.front());
  messages.pop_front();
  bytes -= cost_of(message);
  return message;
}

}  // namespace wscope::session
