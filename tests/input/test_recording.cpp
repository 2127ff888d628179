// Lines of recordings, and files of them: what is read, what is tolerated, what is refused.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "input/recorded_event.h"
#include "input/recording.h"

using namespace wscope;
using namespace wscope::input;
using Kind = RecordedEvent::Kind;

namespace {

class TempFile {
 public:
  explicit TempFile(const std::string& content) {
    char name[] = "/tmp/wscope-recording-XXXXXX";
    const int fd = ::mkstemp(name);
    ::close(fd);
    path_ = name;
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TempFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string kOpen = R"({"t":0.5,"event":"open","subprotocol":"chat"})"
                          "\n";
const std::string kEnd = R"({"t":9,"event":"end","status":0})"
                         "\n";

std::string message(double t, const char* dir, const std::string& data, const char* more = "") {
  return R"({"t":)" + std::to_string(t) + R"(,"event":"message","dir":")" + dir +
         R"(","type":"text","data":")" + data + "\"" + more + "}\n";
}

std::vector<std::string> data_of(const std::shared_ptr<const Recording>& recording) {
  RecordingCursor cursor(recording);
  RecordedEvent event;
  std::vector<std::string> all;
  while (cursor.next(event)) all.push_back(std::to_string(event.line) + " " + event.data);
  return all;
}

std::string error_of(const std::string& content) {
  const TempFile file(content);
  const auto recording = Recording::open(file.path());
  if (recording) return "";
  CHECK(recording.error().stage == Stage::kUsage);
  std::string text = recording.error().message;
  const auto at = text.find(file.path());
  if (at != std::string::npos) text.replace(at, file.path().size(), "FILE");
  return text;
}

std::string wrong(std::string_view line) {
  const auto event = parse_recorded_event(line);
  return event ? "" : event.error();
}

}  // namespace

TEST_CASE("a message, text or bytes") {
  auto event = parse_recorded_event(
      R"({"t":1.25,"time":"x","event":"message","dir":"send","type":"text","data":"h\u00e9\n","new":{}})");
  REQUIRE(event);
  CHECK(event->kind == Kind::kMessage);
  CHECK(event->time == 1.25);
  CHECK(event->direction == Direction::kSent);
  CHECK(event->data == "h\xc3\xa9\n");
  event = parse_recorded_event(
      R"({"t":0,"event":"message","dir":"recv","type":"binary","base64":"AP8=","client":3})");
  REQUIRE(event);
  CHECK(event->type == MessageType::kBinary);
  CHECK(event->data == std::string("\0\xff", 2));
  CHECK(event->client == 3);
}

TEST_CASE("a Close with and without a code, and other events") {
  auto event =
      parse_recorded_event(R"({"t":1,"event":"close","first":"recv","code":4001,"reason":"r"})");
  REQUIRE(event);
  CHECK(event->kind == Kind::kClose);
  CHECK(*event->code == 4001);
  CHECK(event->data == "r");
  event = parse_recorded_event(R"({"t":1,"event":"close","first":"send","reason":""})");
  REQUIRE(event);
  CHECK_FALSE(event->code.has_value());
  event = parse_recorded_event(R"({"t":1,"event":"error","stage":"connection","message":"m"})");
  REQUIRE(event);
  CHECK(event->kind == Kind::kLost);
  event = parse_recorded_event(R"({"t":1,"event":"something new"})");
  REQUIRE(event);
  CHECK(event->kind == Kind::kOther);
}

TEST_CASE("what is wrong with a line") {
  CHECK(wrong("") == "no JSON object");
  CHECK(wrong("[1]") == "no JSON object");
  CHECK(wrong(R"({"t":1,"event":"mess)") == "no JSON object");
  CHECK(wrong(R"({"event":"open"})") == "\"t\" is no time");
  CHECK(wrong(R"({"t":-1,"event":"open"})") == "\"t\" is no time");
  CHECK(wrong(R"({"t":1e999,"event":"open"})") == "\"t\" is no time");
  CHECK(wrong(R"({"t":1})") == "\"event\" is no string");
  const std::string begin = R"({"t":1,"event":"message",)";
  CHECK(wrong(begin + R"("dir":"up","type":"text","data":""})") ==
        "\"dir\" is neither \"send\" nor \"recv\"");
  CHECK(wrong(begin + R"("dir":"send","type":"text"})") == "neither \"data\" nor \"base64\" in it");
  CHECK(wrong(begin + R"("dir":"send","type":"picture","data":""})") ==
        "\"type\" is neither \"text\" nor \"binary\"");
  CHECK(wrong(begin + R"("dir":"send","type":"text","base64":"/w=="})") == "its text is not UTF-8");
  CHECK(wrong(begin + R"("dir":"send","type":"binary","base64":"*"})").find("base64") == 1);
  CHECK(wrong(R"({"t":1,"event":"ping","dir":"send","data":")" + std::string(126, 'x') + "\"}") ==
        "a ping or pong carries at most 125 bytes, not 126: not sent");
  CHECK(wrong(R"({"t":1,"event":"close","first":"send","code":99})") ==
        "\"code\" is no close code");
  CHECK(wrong(R"({"t":1,"event":"close","first":"send","code":1006})").find("1006") !=
        std::string::npos);
}

TEST_CASE("a recording of one connection") {
  const TempFile file(kOpen + message(1, "send", "a") + message(2, "recv", "b") + kEnd);
  const auto recording = Recording::open(file.path());
  REQUIRE(recording);
  const auto& connection = (*recording)->connection();
  CHECK(connection.opened == 0.5);
  CHECK(connection.ended == 2);
  CHECK(connection.subprotocol == "chat");
  CHECK(connection.messages_sent == 1);
  CHECK(connection.messages_received == 1);
  CHECK_FALSE(connection.closed);
  CHECK((*recording)->notices().empty());
  CHECK(data_of(*recording) == std::vector<std::string>{"2 a", "3 b"});
}

TEST_CASE("lines longer than a block, and a last line without its newline") {
  const std::string big(200'000, 'x');
  std::string text = kOpen + message(1, "send", big) + message(2, "recv", "b");
  text.pop_back();
  const TempFile file(text);
  const auto recording = Recording::open(file.path());
  REQUIRE(recording);
  CHECK((*recording)->notices().empty());
  CHECK(data_of(*recording) == std::vector<std::string>{"2 " + big, "3 b"});
}

TEST_CASE("of several connections the last, or the one that is named") {
  const TempFile file(kOpen + message(1, "send", "first") + kEnd + kOpen +
                      message(1, "send", "second") +
                      R"({"t":3,"event":"error","stage":"connection","message":"gone"})"
                      "\n" +
                      R"({"t":4,"event":"open","subprotocol":""})"
                      "\n" +
                      message(5, "send", "third") + kEnd);
  auto recording = Recording::open(file.path());
  REQUIRE(recording);
  REQUIRE((*recording)->notices().size() == 1);
  CHECK((*recording)->notices()[0].find("holds 3 connections") != std::string::npos);
  CHECK(data_of(*recording) == std::vector<std::string>{"8 third"});
  recording = Recording::open(file.path() + "#2");
  REQUIRE(recording);
  CHECK((*recording)->notices().empty());
  CHECK((*recording)->connection().lost);
  CHECK(data_of(*recording) == std::vector<std::string>{"5 second"});
  recording = Recording::open(file.path() + "#4");
  REQUIRE_FALSE(recording);
  CHECK(recording.error().message.find("only 3 connections") != std::string::npos);
}

TEST_CASE("a script's connections and a listener's clients are told apart") {
  const TempFile script(message(1, "send", "a", R"(,"connection":"alice")") +
                        message(1, "send", "b", R"(,"connection":"bob")") +
                        message(2, "recv", "c", R"(,"connection":"alice")"));
  auto recording = Recording::open(script.path() + "#1");
  REQUIRE(recording);
  CHECK(data_of(*recording) == std::vector<std::string>{"1 a", "3 c"});
  const TempFile listener(message(1, "recv", "a", R"(,"client":1)") +
                          message(1, "send", "b", R"(,"client":1)"));
  recording = Recording::open(listener.path());
  REQUIRE(recording);
  CHECK_FALSE((*recording)->connection().by_client());
  RecordingCursor cursor(*recording);
  RecordedEvent event;
  REQUIRE(cursor.next(event));
  CHECK(cursor.from_client(event));
}

TEST_CASE("what a crash cut off is left out with a notice; other bad lines are refused") {
  const std::string good = kOpen + message(1, "send", "a");
  for (std::size_t cut = 1; cut + 1 < good.size(); ++cut) {
    if (good[cut - 1] == '\n' || good[cut] == '\n') continue;
    const TempFile file(good.substr(0, cut));
    const auto recording = Recording::open(file.path());
    const bool some = cut > kOpen.size();
    REQUIRE(recording.has_value() == some);
    if (some)
      CHECK((*recording)->notices().at(0) == file.path() + ":2: cut off in the middle, left out");
  }
  const TempFile again(good + "{\"t\":1,\"ev\n" + kOpen + message(1, "send", "b") + kEnd);
  const auto recording = Recording::open(again.path());
  REQUIRE(recording);
  CHECK((*recording)->notices().at(0).find(":3: cut off") != std::string::npos);
  CHECK(data_of(*recording) == std::vector<std::string>{"5 b"});

  CHECK(error_of(kOpen + "junk\n" + message(1, "send", "a")) == "FILE:2: no JSON object");
  CHECK(error_of(good + "junk\n") == "FILE:3: no JSON object");
  CHECK(error_of("") == "FILE: no connection is recorded in it");
  CHECK(error_of("hello") == "FILE:1: no JSON object");
  CHECK(error_of("junk\n" + good) == "FILE:1: no JSON object");
  const auto none = Recording::open("/no/such/file");
  REQUIRE_FALSE(none);
  CHECK(none.error().message ==
        "can't read the recording /no/such/file: no such file or directory");
  CHECK_FALSE(Recording::open("/"));
}
