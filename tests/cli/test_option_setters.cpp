#include "cli/option_table.h"
#include "cli/support.h"

using namespace wscope;

namespace {

/// Sets one option without asking whether its room is built.
Result<void> set(Options& options, std::string_view name, const std::string& value) {
  const cli::OptionRow* row = cli::find_long(name);
  REQUIRE(row != nullptr);
  return row->apply(value, options);
}

std::string message(std::string_view name, const std::string& value) {
  Options options;
  const auto done = set(options, name, value);
  return done ? "" : done.error().message;
}

}  // namespace

TEST_CASE("--on-key splits at the first '=' behind the key") {
  Options options;
  CHECK(set(options, "on-key", "space=buzz"));
  CHECK(set(options, "on-key", "==="));
  CHECK(set(options, "on-key", "x="));
  REQUIRE(options.messages.on_key.size() == 3);
  CHECK(options.messages.on_key[0] == std::pair<std::string, std::string>("space", "buzz"));
  CHECK(options.messages.on_key[1] == std::pair<std::string, std::string>("=", "="));
  CHECK(options.messages.on_key[2] == std::pair<std::string, std::string>("x", ""));
  CHECK(message("on-key", "space") == "--on-key 'space': not KEY=MESSAGE");
  CHECK(message("on-key", "=") == "--on-key '=': not KEY=MESSAGE");
  CHECK(message("on-key", "") == "--on-key '': not KEY=MESSAGE");
}

TEST_CASE("one dialect at a time; a namespace begins with a slash") {
  Options options;
  CHECK(set(options, "socketio", ""));
  CHECK(options.dialect.socketio_namespace == "/");
  CHECK(set(options, "socketio", "chat"));
  CHECK(options.dialect.socketio_namespace == "/chat");
  const auto second = set(options, "stomp", "");
  REQUIRE_FALSE(second);
  CHECK(second.error().message == "--stomp: another dialect was chosen already");
}

TEST_CASE("--broadcast, --script-report and --speed check their words") {
  Options options;
  CHECK(set(options, "broadcast", "others"));
  CHECK(options.listen.broadcast == ListenOptions::Broadcast::kOthers);
  CHECK(set(options, "broadcast", ""));
  CHECK(options.listen.broadcast == ListenOptions::Broadcast::kAll);
  CHECK(message("broadcast", "other") == "--broadcast 'other': not one of all or others");
  CHECK(message("script-report", "tap:out") == "");
  CHECK(message("script-report", "tap:") == "--script-report 'tap:': not junit:FILE or tap:FILE");
  CHECK(message("script-report", "tap:-") ==
        "--script-report tap:-: standard output is for messages");
  CHECK(message("script-report", "") == "--script-report '': not junit:FILE or tap:FILE");
  CHECK(message("speed", "0.5x") == "");
  CHECK(message("speed", "10") == "");
  CHECK(message("speed", "max") == "");
  CHECK(message("speed", "0x") == "--speed '0x': not a factor such as 2x, or max");
  CHECK(message("speed", "fast") == "--speed 'fast': not a factor such as 2x, or max");
  CHECK(message("max-clients", "0") == "--max-clients '0': not a whole number from 1");
  CHECK(message("max-redirects", "2147483648") ==
        "--max-redirects '2147483648': not a whole number from 0");
  CHECK(message("heartbeat-interval", "0") ==
        "--heartbeat-interval '0': not a number of seconds above 0");
  CHECK(message("reconnect-max", "x") == "--reconnect-max 'x': not a whole number from 0");
}
