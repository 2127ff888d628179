#include <doctest/doctest.h>

#include "output/script_report.h"

using namespace wscope::output;
using Outcome = ScriptCase::Outcome;

namespace {

const ScriptReport kReport{"a&b.wscope",
                           {{"fine # 1", 2, Outcome::kPassed, 0.25, "", ""},
                            {"bad", 5, Outcome::kFailed, 1, "came \"\x1b<\"", "- 1\n+ 2"},
                            {"rest", 9, Outcome::kNotRun, 0, "", ""}}};

}  // namespace

TEST_CASE("report: JUnit XML") {
  CHECK(junit_xml(kReport) ==
        R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" skipped="1" time="1.250000">
  <testsuite name="a&amp;b.wscope" tests="3" failures="1" errors="0" skipped="1" time="1.250000">
    <testcase classname="a&amp;b.wscope" name="fine # 1" file="a&amp;b.wscope" line="2" time="0.250000"/>
    <testcase classname="a&amp;b.wscope" name="bad" file="a&amp;b.wscope" line="5" time="1.000000">
      <failure message="came &quot;\x1b&lt;&quot;">came &quot;\x1b&lt;&quot;
- 1
+ 2</failure>
    </testcase>
    <testcase classname="a&amp;b.wscope" name="rest" file="a&amp;b.wscope" line="9" time="0.000000">
      <skipped message="the script ended before"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("report: JUnit XML holds only characters that XML has") {
  const std::string came = "\xef\xbf\xbe\xef\xbf\xbf \xef\xbf\xbd\x0b\xf0\x9f\xbf\xbf";
  const std::string shown = "\\u{fffe}\\u{ffff} \xef\xbf\xbd\\x0b\xf0\x9f\xbf\xbf";
  const auto xml = junit_xml({"a", {{came, 1, Outcome::kFailed, 0, came, came}}});
  CHECK(xml.find("name=\"" + shown + "\"") != std::string::npos);
  CHECK(xml.find("message=\"" + shown + "\">" + shown + "\n" + shown + "<") != std::string::npos);
}

TEST_CASE("report: TAP 13") {
  CHECK(tap(kReport) == R"(TAP version 13
1..3
ok 1 - fine \# 1
  ---
  duration_ms: 250.000
  at: "a&b.wscope:2"
  ...
not ok 2 - bad
  ---
  duration_ms: 1000.000
  at: "a&b.wscope:5"
  message: "came \"\\x1b<\""
  severity: fail
  detail: "- 1\n+ 2"
  ...
ok 3 - rest # SKIP the script ended before
)");
}
