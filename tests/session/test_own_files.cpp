#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "session/own_files.h"
#include "support/temporary_folder.h"

using namespace wscope;
using session::check_own_files;

namespace {

std::string words(const Options& options) {
  const auto checked = check_own_files(options);
  return checked ? "" : checked.error().message;
}

}  // namespace

TEST_CASE("two options that write to one file") {
  const test::TemporaryFolder folder;
  Options options;
  CHECK(words(options) == "");
  options.automation.har = folder / "a";
  options.automation.record = folder / "b";
  options.diagnosis.trace_file = folder / "c";
  CHECK(words(options) == "");
  options.diagnosis.trace_file = folder / "./a";
  CHECK(words(options) == "--har and --trace-file write to one file: " + folder / "./a");
  options.diagnosis.trace_file = "-";
  options.automation.script_report = "tap:" + folder / "b";
  CHECK(words(options) == "--record and --script-report write to one file: " + folder / "b");
}

TEST_CASE("one file by two names") {
  const test::TemporaryFolder folder;
  Options options;
  options.automation.record = folder.write("a", "x");
  options.tls.key_log = folder / "link";
  REQUIRE(symlink("a", options.tls.key_log.c_str()) == 0);
  CHECK(words(options) == "--record and --keylog write to one file: " + folder / "link");
}

TEST_CASE("what is read is not written") {
  const test::TemporaryFolder folder;
  Options options;
  options.automation.replay = folder.write("r", "") + "#2";
  options.automation.har = folder / "r";
  CHECK(words(options) == "--replay and --har have one file: " + folder / "r");
  options.automation.record = folder / "r";
  CHECK(words(options) == "--replay and --har have one file: " + folder / "r");
  options.automation.har.clear();
  CHECK(words(options) == "");  // a recording is appended
  options.automation.record.clear();
  options.automation.har = folder / "r";
  options.automation.replay.clear();
  options.automation.script = folder / "r";
  CHECK(words(options) == "--script and --har have one file: " + folder / "r");
  options.automation.har.clear();
  options.automation.replay = folder / "r";  // who only reads may share
  CHECK(words(options) == "");
}

TEST_CASE("a device takes what all of them have") {
  Options options;
  options.automation.har = options.automation.record = "/dev/null";
  CHECK(words(options) == "");
}
