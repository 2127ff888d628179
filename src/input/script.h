// Script: a parsed send/expect script (wscope-script(5)): statements with their lines, as values.
//
// Texts are templates: $NAME and ${…} in them are filled in when the statement runs
// (input/script_template.h). Everything that can be judged without running was judged by the
// parser: each statement names a connection that a line before it opened ("" is the one without a
// name), regular expressions, JSON and hexadecimal digits are well-formed. Seconds take fractions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wscope::input {

/// A number, or what a value stands in for one; neither: none was given.
struct ScriptCloseCode {
  std::optional<std::uint16_t> number;
  std::string value;
};

/// What an expectation waits for.
struct ScriptPattern {
  enum class Kind { kAny, kText, kRegex, kJson, kBinary, kFile, kPing, kPong, kClose };
  Kind kind = Kind::kAny;
  /// Text, expression, JSON, hexadecimal digits, path, payload, or a Close's reason.
  std::optional<std::string> text;
  std::string flags;     // of a regular expression: i, s
  ScriptCloseCode code;  // of a Close
};

/// What a send statement sends.
enum class ScriptPayload { kText, kJson, kHex, kFile };

struct ScriptStatement {
  enum class Kind {
    kConnect,    // text: URL; connection: its name
    kHeader,     // text: "Name: value" of the next connect
    kSend,       // payload, text
    kPing,       // text
    kPong,       // text
    kClose,      // code, text: reason
    kExpect,     // pattern, seconds, name: the capture
    kAwait,      // the same, passing over what does not match
    kNotExpect,  // pattern, seconds
    kSleep,      // seconds
    kTimeout,    // seconds: the patience of later expectations
    kSet,        // name, text
    kTest,       // text: what the statements from here on test
    kRepeat,     // count, at least 1; name: the counter; body
    kWithin,     // seconds; body
    kUnordered,  // seconds; body of kExpect
  };
  Kind kind = Kind::kSend;
  std::size_t line = 0;
  std::string source;  // the statement as written, its first line
  std::string connection;
  ScriptPayload payload = ScriptPayload::kText;
  ScriptPattern pattern;
  std::string text;
  std::string name;
  std::optional<double> seconds;
  ScriptCloseCode code;
  std::uint64_t count = 0;
  std::vector<ScriptStatement> body;
};

struct Script {
  std::string file;  // as in messages
  std::vector<ScriptStatement> statements;
};

}  // namespace wscope::input
