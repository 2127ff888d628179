#include "base/error.h"

namespace wscope {

ExitStatus exit_status_of(Stage stage) {
  switch (stage) {
    case Stage::kInternal:
    case Stage::kInput:
    case Stage::kOutput:
      return ExitStatus::kFailure;
    case Stage::kUsage:
      return ExitStatus::kUsage;
    case Stage::kResolve:
    case Stage::kConnect:
    case Stage::kProxy:
      return ExitStatus::kUnreachable;
    case Stage::kTls:
      return ExitStatus::kTls;
    case Stage::kHandshake:
      return ExitStatus::kRefused;
    case Stage::kConnection:
      return ExitStatus::kAbnormal;
    case Stage::kTimeout:
      return ExitStatus::kTimeout;
    case Stage::kExpectation:
      return ExitStatus::kExpectation;
    case Stage::kInterrupted:
      return ExitStatus::kInterrupted;
    case Stage::kTerminated:
      return ExitStatus::kTerminated;
  }
  return ExitStatus::kFailure;
}

}  // namespace wscope
