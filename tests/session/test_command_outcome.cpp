#include <doctest/doctest.h>

#include <csignal>

#include "session/command_outcome.h"

namespace wscope::session {
namespace {

TEST_CASE("a command that ended well, or because we asked, is no failure") {
  CHECK(outcome_of("true", {}).has_value());
  CHECK(outcome_of("x", {3, 0, true}).has_value());
  CHECK(outcome_of("x", {0, SIGKILL, true}).has_value());
}

TEST_CASE("what failed is named, with the command") {
  const auto status = outcome_of("grep x", {1, 0, false});
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().stage == Stage::kInput);
  CHECK(status.error().message == "the command 'grep x' ended with status 1");
  CHECK(status.error().hint.empty());
  const auto killed = outcome_of("grep x", {0, SIGSEGV, false});
  REQUIRE_FALSE(killed.has_value());
  CHECK(killed.error().message == "the command 'grep x' was ended by SIGSEGV");
}

TEST_CASE("a command that could not be run is the user's error") {
  const auto missing = outcome_of("nope", {127, 0, false});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().stage == Stage::kUsage);
  CHECK(missing.error().hint == "the shell did not find a program of that name");
  const auto forbidden = outcome_of("/etc/passwd", {126, 0, false});
  REQUIRE_FALSE(forbidden.has_value());
  CHECK(forbidden.error().stage == Stage::kUsage);
  CHECK(forbidden.error().hint == "the shell may not run that program");
}

TEST_CASE("a long command is cut at a character, a longer one at its first line") {
  const auto message = [](const std::string& command) {
    return outcome_of(command, {1, 0, false}).error().message;
  };
  CHECK(message("one\ntwo") == "the command 'one…' ended with status 1");
  CHECK(message(std::string(60, 'a')) ==
        "the command '" + std::string(60, 'a') + "' ended with status 1");
  CHECK(message(std::string(59, 'a') + "ü") ==
        "the command '" + std::string(59, 'a') + "…' ended with status 1");
  CHECK(message(std::string(61, 'a')) ==
        "the command '" + std::string(60, 'a') + "…' ended with status 1");
}

TEST_CASE("a command that is shown does not drive the terminal") {
  CHECK(outcome_of("printf '\x1b[2J\t\u009b\u202e'", {1, 0, false}).error().message ==
        "the command 'printf '\\x1b[2J\\t\\u{9b}\\u{202e}'' ended with status 1");
}

}  // namespace
}  // namespace wscope::session
