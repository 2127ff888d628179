// What a script expects against what came → a match with its captures, or how they differ.
//
// A ScriptMatcher is a pattern with its references filled in. Pure; nothing here waits. What came
// is untrusted bytes: differences quote it shortened, as JSON strings; main escapes the rest. What
// can fail when it is made: an Error whose message is a phrase without the place.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/event_sink.h"
#include "input/script.h"
#include "input/script_template.h"
#include "session/script_json.h"

namespace re2 {
class RE2;
}

namespace wscope::session {

/// Something a connection brought.
struct ScriptEvent {
  enum class Kind { kMessage, kPing, kPong, kClose, kLost };
  Kind kind = Kind::kMessage;
  MessageType type = MessageType::kText;
  std::string data;                   // payload, reason of a Close, words about a loss
  std::optional<std::uint16_t> code;  // of a Close
};

/// A value of a script: what `as NAME` kept, or `set` made.
struct ScriptValue {
  std::string text;
  std::string whole;                         // the message it was taken from
  std::map<std::string, std::string> parts;  // groups of the expression by number and name
  bool binary = false;                       // kept from a binary message
};

/// What came instead: one line, and a fuller account for a person (a diff of JSON).
struct Mismatch {
  std::string summary;
  std::string detail;
};

class ScriptMatcher {
 public:
  using Files = std::function<Result<std::string>(const std::string& path)>;

  static Result<ScriptMatcher> create(const input::ScriptPattern& pattern,
                                      const input::ScriptLookup& lookup, const Files& files);
  ScriptMatcher(ScriptMatcher&&) noexcept;
  ScriptMatcher& operator=(ScriptMatcher&&) noexcept;
  ~ScriptMatcher();

  bool matches(const ScriptEvent& event) const;
  /// The same for an event that others are asked about, too; `json`: that of its data.
  bool matches(const ScriptEvent& event, JsonReading& json) const;
  /// Of an event that matches.
  ScriptValue capture(const ScriptEvent& event) const;
  Mismatch mismatch(const ScriptEvent& event) const;
  /// "text \"hello\"", "/joined (.*)/", "a Close with 1000".
  std::string describe() const;
  input::ScriptPattern::Kind kind() const { return kind_; }

 private:
  ScriptMatcher();

  input::ScriptPattern::Kind kind_ = input::ScriptPattern::Kind::kAny;
  std::optional<std::string> text_;  // filled in; bytes for binary and files
  std::string path_;
  std::string flags_;
  std::optional<std::uint16_t> code_;
  std::unique_ptr<re2::RE2> regex_;
  std::optional<JsonValue> json_;
};

/// "text \"hello\"", "binary 00ff (2 bytes)", "Close 1000 (normal)".
std::string describe_event(const ScriptEvent& event);

}  // namespace wscope::session
