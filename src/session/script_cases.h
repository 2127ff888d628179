// ScriptCases: the tests of a script → the cases of its report.
//
// A case begins at each `test`; what stands before the first is one named set-up, and a script
// without any is one case named as its file. Pure; the time is given, in seconds.
#pragma once

#include <cstddef>
#include <vector>

#include "base/error.h"
#include "input/script.h"
#include "output/script_report.h"

namespace wscope::session {

class ScriptCases {
 public:
  explicit ScriptCases(const input::Script& script);

  /// A `test` on that line.
  void begin(double now, std::size_t line);
  /// The one under way; `error`: what ended it, if anything did.
  void end(double now, output::ScriptCase::Outcome outcome, const Error* error);
  const std::vector<output::ScriptCase>& all() const { return cases_; }

 private:
  std::vector<output::ScriptCase> cases_;
  std::size_t case_ = 0;
  double began_ = 0;
};

}  // namespace wscope::session
