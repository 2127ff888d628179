#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

#include "cli/parse_args.h"

using namespace wscope;

namespace {

using Words = std::vector<std::string>;

Options options_of(const Words& words) {
  const auto parsed = cli::parse_args(words);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  REQUIRE(std::holds_alternative<Options>(*parsed));
  return std::get<Options>(*parsed);
}

}  // namespace

TEST_CASE("a value may look like an option, a list or nothing") {
  const Options options = options_of({"-x", "{}", "-x", "[1,2]", "-x", "--origin=", "-x", "--",
                                      "-x", "", "-x", "-v", "--", "ws://h"});
  CHECK(options.messages.execute == Words{"{}", "[1,2]", "--origin=", "--", "", "-v"});
  CHECK(options.url == "ws://h");
  CHECK(options.diagnosis.trace == TraceLevel::kNone);
}
