// --input's formats, from the bytes of a pipe to the actions.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "input/sources.h"
#include "pulling.h"

using namespace wscope;
using namespace wscope::input;
using namespace wscope::test;
using namespace std::string_literals;

namespace {

constexpr auto kText = Action::Kind::kText;
constexpr auto kBinary = Action::Kind::kBinary;
constexpr auto kRefused = Action::Kind::kRefused;

/// The input arrives in reads of `cut` bytes and the rest.
std::vector<Pulled> send_cut(const MessageOptions& messages, const std::string& input,
                             std::size_t cut) {
  Options options;
  options.messages = messages;
  Pipe pipe;
  pipe.put(input.substr(0, cut));
  const auto source = make_pipe_source(options, pipe.out);
  Bell bell;
  source->start(bell.waker());
  std::vector<Pulled> all;
  Action action;
  ActionSource::Pull pulled;
  const auto keep = [&] {
    const bool refused = action.kind == kRefused;
    all.push_back({action.kind, refused ? "" : std::string(action.data),
                   refused ? action.error.message : ""});
  };
  while ((pulled = source->next(action)) == ActionSource::Pull::kAction) keep();
  pipe.put(input.substr(cut));
  pipe.close_in();
  while (pull(*source, bell, action)) keep();
  return all;
}

void check_all_cuts(const MessageOptions& messages, const std::string& input,
                    const std::vector<Pulled>& expected) {
  for (std::size_t cut = 0; cut <= input.size(); ++cut) {
    CAPTURE(cut);
    CHECK(send_cut(messages, input, cut) == expected);
  }
}

MessageOptions format(InputFormat input, bool binary = false) {
  MessageOptions messages;
  messages.input = input;
  messages.binary = binary;
  return messages;
}

}  // namespace

TEST_CASE("json: a value a message, byte for byte, over any number of lines") {
  check_all_cuts(format(InputFormat::kJson),
                 "{\"a\": 1.50,\n  \"b\": [\"}\"]}\n\n[1]{} \x1e\"x\xc3\xa9\"\n12 true\r\n-7",
                 {{kText, "{\"a\": 1.50,\n  \"b\": [\"}\"]}", ""},
                  {kText, "[1]", ""},
                  {kText, "{}", ""},
                  {kText, "\"x\xc3\xa9\"", ""},
                  {kText, "12", ""},
                  {kText, "true", ""},
                  {kText, "-7", ""}});
  check_all_cuts(format(InputFormat::kJson, true), "[1]", {{kBinary, "[1]", ""}});
  check_all_cuts(format(InputFormat::kJson), " \n ", {});
}

TEST_CASE("json: a broken value is refused with its place, the next line goes on") {
  check_all_cuts(
      format(InputFormat::kJson), "[1]\n{\"a\": 1,\n \"b\" 2} [9]\n[3]\n[4",
      {{kText, "[1]", ""},
       {kRefused, "", "line 3, column 6 is not JSON: expected ':', not '2': not sent"},
       {kText, "[3]", ""},
       {kRefused, "", "the input ends within the JSON value that begins at line 5: not sent"}});
  check_all_cuts(format(InputFormat::kJson), "\"\xff\"\n1",
                 {{kRefused, "", "the JSON value at line 1 is not UTF-8 at byte 2: not sent"},
                  {kText, "1", ""}});
}

TEST_CASE("whole: the input is one message, an empty input none") {
  check_all_cuts(format(InputFormat::kWhole), "a\nb\n", {{kText, "a\nb\n", ""}});
  check_all_cuts(format(InputFormat::kWhole), "", {});
  check_all_cuts(format(InputFormat::kWhole), "a\xff",
                 {{kRefused, "", "the input is not UTF-8 at byte 2: not sent"}});
  check_all_cuts(format(InputFormat::kWhole, true), "a\xff", {{kBinary, "a\xff", ""}});
}

TEST_CASE("raw: each read is a binary message, at once") {
  CHECK(send_cut(format(InputFormat::kRaw), "ab\ncd", 3) ==
        std::vector<Pulled>{{kBinary, "ab\n", ""}, {kBinary, "cd", ""}});
}

TEST_CASE("hex and base64: a line a binary message, a wrong one refused by its number") {
  check_all_cuts(format(InputFormat::kHex), "0041ff\r\n\n4\n41 42",
                 {{kBinary, "\0A\xff"s, ""},
                  {kBinary, "", ""},
                  {kRefused, "", "line 3 has an odd number of hexadecimal digits: not sent"},
                  {kBinary, "AB", ""}});
  check_all_cuts(format(InputFormat::kBase64), "AEH/\nZg\n!\n",
                 {{kBinary, "\0A\xff"s, ""},
                  {kBinary, "f", ""},
                  {kRefused, "", "line 3 is not base64: it is cut short: not sent"}});
}

TEST_CASE("events: one JSON object a line") {
  check_all_cuts(format(InputFormat::kEvents),
                 "{\"send\":\"h\\u00e9\\n\"}\n\n {\"send\" : {\"n\": 1.0, \"s\":\"x\"} "
                 "}\r\n{\"binary\":\"AP8=\"}\n"
                 "{\"ping\":\"p\"}\n{\"pong\":null}\n{\"reason\":\"bye\",\"close\":4000}\n",
                 {{kText, "h\xc3\xa9\n", ""},
                  {kText, "{\"n\": 1.0, \"s\":\"x\"}", ""},
                  {kBinary, "\0\xff"s, ""},
                  {Action::Kind::kPing, "p", ""},
                  {Action::Kind::kPong, "", ""},
                  {Action::Kind::kClose, "bye", ""}});
}

TEST_CASE("events: what is none is refused, by line and reason") {
  const std::pair<std::string, std::string> rows[] = {
      {"hello", "line 1: no JSON object: not sent"},
      {"[1]", "line 1: no JSON object: not sent"},
      {"{\"send\":1} x", "line 1: no JSON object: not sent"},
      {"{}", "line 1: nothing to send in it: not sent"},
      {"{\"sned\":1}", "line 1: \"sned\" does not belong there: not sent"},
      {"{\"send\":1,\"ping\":\"\"}", "line 1: \"ping\" does not belong there: not sent"},
      {"{\"send\":1,\"reason\":\"\"}", "line 1: \"reason\" goes with \"close\": not sent"},
      {"{\"ping\":1}", "line 1: \"ping\" is no string: not sent"},
      {"{\"send\":\"\\ud800\"}", "line 1: \"send\" holds half a surrogate pair: not sent"},
      {"{\"binary\":\"*\"}", "line 1: \"binary\" is not base64: it is cut short: not sent"},
      {"{\"close\":\"later\"}", "line 1: \"close\" is no close code: \"later\": not sent"},
      {"{\"close\":null,\"reason\":\"x\"}",
       "line 1: a Close without a code carries no reason: not sent"},
      {"{\"close\":1006}",
       "line 1: can't close with that code: 1006 is reserved: it says that no Close came"},
  };
  for (const auto& [line, message] : rows) {
    CAPTURE(line);
    CHECK(send_cut(format(InputFormat::kEvents), line, 0) ==
          std::vector<Pulled>{{kRefused, "", message}});
  }
}

TEST_CASE("--slash: commands in piped lines; without it they are text") {
  MessageOptions messages;
  check_all_cuts(messages, "/ping x\n//y", {{kText, "/ping x", ""}, {kText, "//y", ""}});
  messages.slash = true;
  check_all_cuts(messages, "a\n/ping x\n//y\n/nope\n/json\n{\"a\":\n\n 1}\n/json [2\n/quit",
                 {{kText, "a", ""},
                  {Action::Kind::kPing, "x", ""},
                  {kText, "/y", ""},
                  {kRefused, "", "line 4: unknown command \"/nope\": not sent"},
                  {kText, "{\"a\":\n\n 1}", ""},
                  {kRefused, "", "line 10, column 1 is not JSON: expected ',' or ']': not sent"}});
  check_all_cuts(messages, "/json [1]\n/json {}x\n/json 5\n/help\n/json [\n",
                 {{kText, "[1]", ""},
                  {kRefused, "",
                   "line 2, column 9 is not JSON: expected white space behind the value: not sent"},
                  {kText, "5", ""},
                  {kRefused, "", "line 4: /help is for the prompt: not sent"},
                  {kRefused, "", "the input ends within the JSON text of /json: not sent"}});
  messages.binary = true;
  check_all_cuts(messages, "//y", {{kBinary, "/y", ""}});
}

TEST_CASE("/file sends a file as text when it is UTF-8, else or with -b as binary") {
  char path[] = "/tmp/wscope-test-XXXXXX";
  const int fd = mkstemp(path);
  REQUIRE(fd >= 0);
  const std::string command = "/file "s + path;
  MessageOptions messages;
  messages.slash = true;
  CHECK(write(fd, "t\nx", 3) == 3);
  CHECK(send_cut(messages, command, 0) == std::vector<Pulled>{{kText, "t\nx", ""}});
  CHECK(send_cut(messages, "/file -b "s + path, 0) == std::vector<Pulled>{{kBinary, "t\nx", ""}});
  CHECK(write(fd, "\xff", 1) == 1);
  CHECK(send_cut(messages, command, 0) == std::vector<Pulled>{{kBinary, "t\nx\xff", ""}});
  close(fd);
  std::remove(path);
  CHECK(
      send_cut(messages, command, 0) ==
      std::vector<Pulled>{
          {kRefused, "", "line 1: can't read "s + path + ": no such file or directory: not sent"}});
  CHECK(send_cut(messages, "/file /", 0) ==
        std::vector<Pulled>{{kRefused, "", "line 1: can't read /: is a directory: not sent"}});
}

TEST_CASE("-x messages are read in the format of --input and obey --slash") {
  Options options;
  options.messages.input = InputFormat::kHex;
  options.messages.execute = {"4142", "4"};
  Bell bell;
  CHECK(pull_all(*make_execute_source(options), bell) ==
        std::vector<Pulled>{
            {kBinary, "AB", ""},
            {kRefused, "", "message 2 of -x has an odd number of hexadecimal digits: not sent"}});
  options.messages.input = InputFormat::kLine;
  options.messages.slash = true;
  options.messages.execute = {"/ping x"};
  CHECK(pull_all(*make_execute_source(options), bell) ==
        std::vector<Pulled>{{Action::Kind::kPing, "x", ""}});
}
