// Error: the one value that tells what failed, for every layer.
//
// Result<T> carries a T or an Error; nothing below main prints an error or ends the process.
// The stage decides the exit status (the table of wscope(1), EXIT STATUS). `message` reads
// "what failed and on what: cause", lower case, without the program's name and without a full stop;
// `hint` says what to do, or is empty; `detail` holds further lines to show above the message, such
// as a refusing server's status line, headers and body. Credentials are never part of any of them.
// `transient` tells whether another try may end otherwise, where that does not follow from the
// stage.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace wscope {

enum class ExitStatus : int {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,
  kUnreachable = 3,
  kTls = 4,
  kRefused = 5,
  kAbnormal = 6,
  kTimeout = 7,
  kExpectation = 8,
  kInterrupted = 130,
  kTerminated = 143,
};

/// Where a run failed; each stage has one exit status.
enum class Stage {
  kInternal,     // 1: a defect or a resource that ran out
  kInput,        // 1: an input line that could not be sent as asked
  kOutput,       // 1: stdout or a file could not be written
  kUsage,        // 2: an option, the URL, a file that can't be read
  kResolve,      // 3
  kConnect,      // 3
  kProxy,        // 3
  kTls,          // 4
  kHandshake,    // 5: the upgrade was refused or breaks RFC 6455 / 7692
  kConnection,   // 6: lost without Close, abnormal close code, protocol violation
  kTimeout,      // 7: any deadline
  kExpectation,  // 8: script, --count or --until not fulfilled
  kInterrupted,  // 130
  kTerminated,   // 143
};

struct Error {
  Stage stage = Stage::kInternal;
  std::string message;
  std::string hint;
  std::string detail;
  std::optional<bool> transient = {};
};

template <class T>
using Result = tl::expected<T, Error>;

/// The failure branch of a Result: `return fail(Stage::kUsage, "…")`.
inline tl::unexpected<Error> fail(Stage stage, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{stage, std::move(message), std::move(hint), {}});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

ExitStatus exit_status_of(Stage stage);

}  // namespace wscope
