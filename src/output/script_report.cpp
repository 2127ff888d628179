#include "output/script_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/escape.h"

namespace wscope::output {
namespace {

using Outcome = ScriptCase::Outcome;

std::size_t count(const ScriptReport& report, Outcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(report.cases.begin(), report.cases.end(),
                    [outcome](const ScriptCase& one) { return one.outcome == outcome; }));
}

/// XML 1.0, 2.2: of what UTF-8 can say, control characters, U+FFFE and U+FFFF can't stand in it;
/// they are made visible.
std::string xml_characters(const std::string& text, bool in_attribute) {
  std::string shown = in_attribute ? escaped(text, kOneLine) : escaped(text);
  for (std::size_t at = shown.find("\xef\xbf"); at != std::string::npos;
       at = shown.find("\xef\xbf", at + 1)) {
    if (shown[at + 2] == '\xbe') shown.replace(at, 3, "\\u{fffe}");
    if (shown[at + 2] == '\xbf') shown.replace(at, 3, "\\u{ffff}");
  }
  return shown;
}

std::string xml(const std::string& text, bool in_attribute) {
  std::string out;
  for (const char c : xml_characters(text, in_attribute)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string attribute(const std::string& text) { return xml(text, true); }

/// A TAP description is one line, in which # begins a directive and a backslash escapes.
std::string description(const std::string& title) {
  std::string out;
  for (const char c : escaped(title, kOneLine)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// A YAML double-quoted scalar.
std::string yaml(const std::string& text) {
  std::string out = "\"";
  for (const char c : escaped(text)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string junit_xml(const ScriptReport& report) {
  double seconds = 0;
  for (const ScriptCase& one : report.cases) seconds += one.seconds;
  const std::string totals =
      fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.6f}")",
                  report.cases.size(), count(report, Outcome::kFailed),
                  count(report, Outcome::kBroken), count(report, Outcome::kNotRun), seconds);
  const std::string file = attribute(report.file);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites {}>\n  <testsuite name=\"{}\" {}>\n", totals, file, totals);
  for (const ScriptCase& one : report.cases) {
    out +=
        fmt::format(R"(    <testcase classname="{}" name="{}" file="{}" line="{}" time="{:.6f}")",
                    file, attribute(one.title), file, one.line, one.seconds);
    if (one.outcome == Outcome::kPassed) {
      out += "/>\n";
      continue;
    }
    if (one.outcome == Outcome::kNotRun) {
      out += ">\n      <skipped message=\"the script ended before\"/>\n    </testcase>\n";
      continue;
    }
    const char* const name = one.outcome == Outcome::kFailed ? "failure" : "error";
    const std::string body = one.detail.empty() ? one.message : one.message + "\n" + one.detail;
    out += fmt::format(">\n      <{} message=\"{}\">{}</{}>\n    </testcase>\n", name,
                       attribute(one.message), xml(body, false), name);
  }
  return out + "  </testsuite>\n</testsuites>\n";
}

std::string tap(const ScriptReport& report) {
  std::string out = fmt::format("TAP version 13\n1..{}\n", report.cases.size());
  std::size_t number = 0;
  for (const ScriptCase& one : report.cases) {
    ++number;
    if (one.outcome == Outcome::kNotRun) {
      out += fmt::format("ok {} - {} # SKIP the script ended before\n", number,
                         description(one.title));
      continue;
    }
    const bool passed = one.outcome == Outcome::kPassed;
    out += fmt::format("{} {} - {}\n", passed ? "ok" : "not ok", number, description(one.title));
    out += fmt::format("  ---\n  duration_ms: {:.3f}\n  at: {}\n", one.seconds * 1000,
                       yaml(fmt::format("{}:{}", report.file, one.line)));
    if (!passed) {
      out += "  message: " + yaml(one.message) + "\n";
      out += fmt::format("  severity: {}\n", one.outcome == Outcome::kFailed ? "fail" : "error");
      if (!one.detail.empty()) out += "  detail: " + yaml(one.detail) + "\n";
    }
    out += "  ...\n";
  }
  return out;
}

}  // namespace wscope::output
