#include <doctest/doctest.h>

#include "session/end_condition.h"

using wscope::ExitStatus;
using wscope::MessageOptions;
using wscope::session::EndCondition;

TEST_CASE("--count is reached with the N-th message") {
  MessageOptions options;
  options.count = 2;
  auto condition = EndCondition::create(options);
  REQUIRE(condition.has_value());
  CHECK(condition->set());
  CHECK_FALSE(condition->message("a"));
  CHECK(condition->shortfall() == "1 of 2 messages came (--count)");
  CHECK(condition->message("b"));
  CHECK(condition->reached());
}

TEST_CASE("--until matches anywhere in a message, also with bytes that are no text") {
  MessageOptions options;
  options.until = "do+ne$";
  auto condition = EndCondition::create(options);
  REQUIRE(condition.has_value());
  CHECK_FALSE(condition->message("dne"));
  CHECK(condition->shortfall() == "no message matched --until 'do+ne$'");
  CHECK(condition->message("\xff all dooone"));
}

TEST_CASE("a bad expression is a usage error that quotes it") {
  MessageOptions options;
  options.until = "a(b";
  const auto condition = EndCondition::create(options);
  REQUIRE_FALSE(condition.has_value());
  CHECK(wscope::exit_status_of(condition.error().stage) == ExitStatus::kUsage);
  CHECK(condition.error().message == "--until 'a(b': missing ): a(b");
}

TEST_CASE("without a condition nothing is ever reached") {
  auto condition = EndCondition::create(MessageOptions{});
  REQUIRE(condition.has_value());
  CHECK_FALSE(condition->set());
  CHECK_FALSE(condition->message("x"));
}
