// Action and ActionSource: what the user (or a script) wants done, pulled by the session.
//
// The session pulls while the engine has room for output, so a slow server stops the reading of
// stdin and memory stays flat. A source that had nothing calls the waker when actions may be had
// again; on any thread. `data` lives until the next call of next(); so does `storage`, by which
// a large message is handed on instead of copied: who sends it may leave any other buffer there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/error.h"

namespace wscope {

struct Action {
  enum class Kind {
    kText,       // data is valid UTF-8 already
    kBinary,     // data
    kPing,       // data
    kPong,       // data
    kClose,      // code (nothing: Close without a code), data as reason
    kRefused,    // nothing to send: `error` tells why this input was refused (exit status 1)
    kInfo,       // /info
    kTrace,      // /trace: flag
    kLast,       // /last: show the last elided message whole
    kReconnect,  // /reconnect
    kDialect,    // a command of the dialect: data is the line without its slash
    kQuit,       // /quit, Ctrl-D at the prompt: close with 1000, leave with 0
  };
  Kind kind = Kind::kText;
  std::string_view data;
  ByteBuffer* storage = nullptr;  // kText, kBinary: holds nothing but data, and may be taken over
  std::optional<std::uint16_t> code;
  bool flag = false;
  bool untyped = false;    // kText, kBinary: nobody typed it as a line, so it is shown when sent
  std::size_t client = 0;  // /to: the number of one client of a --listen; 0: all
  Error error;

  /// Nothing of the last one is left but `data` and `error`, which their kinds set.
  void clear() {
    kind = Kind::kText;
    storage = nullptr;
    code.reset();
    flag = untyped = false;
    client = 0;
  }
};

class ActionSource {
 public:
  enum class Pull { kAction, kEmpty, kEnd };
  using Waker = std::function<void()>;

  virtual ~ActionSource() = default;
  /// Sets the waker and begins to read. Called once, before the first next().
  virtual void start(Waker waker) = 0;
  /// `action` comes cleared.
  virtual Pull next(Action& action) = 0;
  /// True where a person types: Ctrl-C then leaves with 0, and the end of input is `quit`.
  virtual bool interactive() const { return false; }
  /// A person wants to leave, and the waker has rung: nothing that is not said yet is waited for.
  virtual bool wants_to_leave() const { return false; }
  /// Stops any thread of the source; idempotent. What was accepted and not pulled is dropped.
  virtual void stop() {}
  /// A signal is ending the session: from here on a terminal's job control stops nobody.
  virtual void leaving() {}
  /// What is shown has to wait, and much of it does: receive no more until the waker rings.
  virtual bool congested() const { return false; }
  /// A message that was received: a source that completes words may offer its words.
  virtual void learn(std::string_view) {}
  /// Messages accepted (read from stdin) but not yet pulled, as far as known.
  virtual std::uint64_t unpulled() { return 0; }
  /// After unpulled(): there is more, which was not read to be counted.
  virtual bool unpulled_goes_on() const { return false; }
  /// How the run ended, as far as the source has a say in it (a replay that verifies).
  virtual Result<ExitStatus> judge(Result<ExitStatus> ended) { return ended; }
};

}  // namespace wscope
