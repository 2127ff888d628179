// ScriptReport: how the tests of a script went → JUnit XML or TAP 13, as CI systems read them.
//
// Pure. Text that came from a server may stand in the messages: what XML can't hold becomes visible
// escapes. Seconds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace wscope::output {

struct ScriptCase {
  enum class Outcome { kNotRun, kPassed, kFailed, kBroken };  // kBroken: no expectation failed
  std::string title;
  std::size_t line = 0;
  Outcome outcome = Outcome::kNotRun;
  double seconds = 0;
  std::string message;
  std::string detail;
};

struct ScriptReport {
  std::string file;
  std::vector<ScriptCase> cases;
};

std::string junit_xml(const ScriptReport& report);
std::string tap(const ScriptReport& report);

}  // namespace wscope::output
