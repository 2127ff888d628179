#include "session/script_cases.h"

#include <algorithm>
#include <utility>

namespace wscope::session {

ScriptCases::ScriptCases(const input::Script& script) {
  const auto& statements = script.statements;
  const auto is_test = [](const input::ScriptStatement& one) {
    return one.kind == input::ScriptStatement::Kind::kTest;
  };
  const bool any = std::any_of(statements.begin(), statements.end(), is_test);
  if (!any || !is_test(statements.front())) {
    output::ScriptCase first;
    first.title = any ? "set-up" : script.file;
    first.line = statements.empty() ? 1 : statements.front().line;
    cases_.push_back(std::move(first));
  }
  for (const auto& statement : statements) {
    if (!is_test(statement)) continue;
    output::ScriptCase one;
    one.title = statement.text;
    one.line = statement.line;
    cases_.push_back(std::move(one));
  }
}

void ScriptCases::begin(double now, std::size_t line) {
  if (cases_[case_].line != line) {
    end(now, output::ScriptCase::Outcome::kPassed, nullptr);
    ++case_;
  }
  began_ = now;
}

void ScriptCases::end(double now, output::ScriptCase::Outcome outcome, const Error* error) {
  auto& ended = cases_[case_];
  ended.outcome = outcome;
  ended.seconds = now - began_;
  if (error == nullptr) return;
  ended.message = error->message;
  ended.detail = error->detail;
}

}  // namespace wscope::session
