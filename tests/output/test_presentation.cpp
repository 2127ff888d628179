#include <doctest/doctest.h>
#include <pty.h>
#include <sys/stat.h>
#include <termios.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "output/presentation.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;

namespace {

enum class Kind { kPipe, kTerminal, kFull };

/// One end for the program, one for the test.
class Place {
 public:
  explicit Place(Kind kind) {
    if (kind == Kind::kFull) {
      inner_ = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    } else if (kind == Kind::kTerminal) {
      termios raw{};
      ::cfmakeraw(&raw);
      winsize size{24, 80, 0, 0};
      if (::openpty(&outer_, &inner_, nullptr, &raw, &size) != 0) inner_ = outer_ = -1;
    } else {
      int ends[2] = {-1, -1};
      if (::pipe2(ends, O_CLOEXEC) == 0) {
        outer_ = ends[0];
        inner_ = ends[1];
      }
    }
    if (outer_ >= 0) reader_ = std::thread([this] { read_all(); });
  }
  ~Place() { finish(); }
  int inner() const { return inner_; }
  std::string finish() {
    if (inner_ >= 0) ::close(inner_);
    if (reader_.joinable()) reader_.join();
    if (outer_ >= 0) ::close(outer_);
    inner_ = outer_ = -1;
    return text_;
  }

 private:
  void read_all() {
    char buffer[4096];
    while (true) {
      const ssize_t size = ::read(outer_, buffer, sizeof buffer);
      if (size <= 0) return;
      text_.append(buffer, static_cast<std::size_t>(size));
    }
  }
  int inner_ = -1;
  int outer_ = -1;
  std::string text_;
  std::thread reader_;
};

struct Shown {
  std::string out;
  std::string err;
  Result<void> finished;
};

using Play = std::function<void(Presentation&, FakeClock&)>;

/// Plays with stdout and stderr as given, and puts back those of the tests.
Shown play(const Options& options, Kind out_kind, Kind err_kind, const Play& script,
           bool one_place = false, Screens screens = {}) {
  Place out(out_kind);
  Place err(err_kind);
  const int kept_out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  const int kept_err = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
  std::fflush(stdout);
  ::dup2(out.inner(), STDOUT_FILENO);
  ::dup2(one_place ? out.inner() : err.inner(), STDERR_FILENO);
  Shown shown;
  {
    FakeClock clock;
    auto opened = Presentation::open(options, clock, screens);
    if (opened) {
      script(**opened, clock);
      (*opened)->sink().flush();
      shown.finished = (*opened)->finish({});
    } else {
      shown.finished = fail(opened.error());
    }
  }
  ::dup2(kept_out, STDOUT_FILENO);
  ::dup2(kept_err, STDERR_FILENO);
  ::close(kept_out);
  ::close(kept_err);
  shown.out = out.finish();
  shown.err = err.finish();
  return shown;
}

Message received(std::string_view data, MessageType type = MessageType::kText) {
  Message message;
  message.data = data;
  message.type = type;
  return message;
}

void whole_run(Presentation& presentation, FakeClock& clock) {
  EventSink& sink = presentation.sink();
  Resolved resolved;
  resolved.host = "localhost";
  resolved.addresses = {"127.0.0.1"};
  sink.on_resolved(resolved);
  sink.on_connect_attempt({"127.0.0.1:8765", "", 0.0001});
  sink.on_request({"GET / HTTP/1.1\r\n\r\n"});
  sink.on_response({"HTTP/1.1 101 Switching Protocols\r\n\r\n", 0});
  Opened opened;
  opened.url = "ws://localhost:8765/";
  sink.on_opened(opened);
  clock.at(0.5);
  if (sink.frame_preview() > 0) {
    Frame frame;
    frame.fin = true;
    frame.opcode = 1;
    frame.length = 8;
    frame.payload = "hello\x1b[J";
    sink.on_frame(frame);
  }
  sink.on_message(received("hello\x1b[J"));
  sink.on_message(received(std::string_view("\0\xff", 2), MessageType::kBinary));
  sink.on_pong(Control{});
  Closed closed;
  closed.first = Direction::kReceived;
  closed.code = 1000;
  closed.clean = true;
  sink.on_closed(closed);
  sink.on_end(ExitStatus::kOk, Totals{});
}

std::string read_file(const std::string& path) {
  std::string text;
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return "(none)";
  char buffer[4096];
  std::size_t size = 0;
  while ((size = std::fread(buffer, 1, sizeof buffer, file)) > 0) text.append(buffer, size);
  std::fclose(file);
  return text;
}

struct TemporaryFile {
  TemporaryFile() {
    const int fd = ::mkstemp(path);
    if (fd >= 0) ::close(fd);
    ::unlink(path);
  }
  ~TemporaryFile() { ::unlink(path); }
  char path[32] = "/tmp/wscope-test-XXXXXX";
};

constexpr std::string_view kPlain = "hello\x1b[J\n";

}  // namespace

TEST_CASE("pipes: messages alone on stdout, nothing at all on stderr") {
  const Shown shown = play({}, Kind::kPipe, Kind::kPipe, whole_run);
  CHECK(shown.out == std::string(kPlain) + std::string("\0\xff", 2));
  CHECK(shown.err == "");
  CHECK(shown.finished.has_value());
}

TEST_CASE("stdout in a pipe, stderr a terminal: still nothing but messages") {
  const Shown shown = play({}, Kind::kPipe, Kind::kTerminal, whole_run);
  CHECK(shown.out == std::string(kPlain) + std::string("\0\xff", 2));
  CHECK(shown.err == "");
}

TEST_CASE("a terminal: marks and escapes on stdout, opening and closing on stderr") {
  Options options;
  options.terminal.color = ColorMode::kNever;
  const Shown shown = play(options, Kind::kTerminal, Kind::kTerminal, whole_run);
  CHECK(shown.out ==
        "< hello\\x1b[J\n"
        "< binary, 2 bytes\n"
        "  00000000  00 ff                                             |..|\n");
  CHECK(shown.err ==
        "connected to ws://localhost:8765/\n"
        "closed by the server: 1000 (normal)\n");
}

TEST_CASE("a person who types with stdout in a file still sees opening and closing") {
  FakeScreen prompt;
  Screens screens;
  screens.err = &prompt;
  screens.interactive = true;
  const Shown shown = play({}, Kind::kPipe, Kind::kPipe, whole_run, false, screens);
  CHECK(shown.out == std::string(kPlain) + std::string("\0\xff", 2));
  CHECK(shown.err == "");
  CHECK(prompt.text.find("connected to ws://localhost:8765/") != std::string::npos);
  CHECK(prompt.text.find("closed by the server: 1000 (normal)") != std::string::npos);
}

TEST_CASE("the REPL's screen takes both, above its prompt") {
  FakeScreen repl;
  Options options;
  options.terminal.color = ColorMode::kNever;
  const Shown shown =
      play(options, Kind::kPipe, Kind::kPipe, whole_run, false, {&repl, &repl, true});
  CHECK(shown.out == "");
  CHECK(repl.text ==
        "connected to ws://localhost:8765/\n"
        "< hello\\x1b[J\n"
        "< binary, 2 bytes\n"
        "  00000000  00 ff                                             |..|\n"
        "closed by the server: 1000 (normal)\n");
}

TEST_CASE("one terminal for both: lines in the order of events") {
  Options options;
  options.terminal.color = ColorMode::kNever;
  options.messages.show_ping_pong = true;
  const Shown shown = play(options, Kind::kTerminal, Kind::kTerminal, whole_run, true);
  CHECK(shown.out ==
        "connected to ws://localhost:8765/\n"
        "< hello\\x1b[J\n"
        "< binary, 2 bytes\n"
        "  00000000  00 ff                                             |..|\n"
        "< pong\n"
        "closed by the server: 1000 (normal)\n");
}

TEST_CASE("one pipe for both: a frame's line stands before its message") {
  Options options;
  options.diagnosis.trace = TraceLevel::kFrames;
  const Shown shown = play(options, Kind::kPipe, Kind::kPipe, whole_run, true);
  CHECK(shown.out ==
        "[  0.000] * resolve localhost: 127.0.0.1 (0.0 ms)\n"
        "[  0.000] * connect 127.0.0.1:8765 (0.1 ms)\n"
        "[  0.000] > GET / HTTP/1.1\n"
        "[  0.000] < HTTP/1.1 101 Switching Protocols\n"
        "[  0.000] * open\n"
        "[  0.500] < TEXT fin len=8 \"hello\\x1b[J\"\n" +
            std::string(kPlain) + std::string("\0\xff", 2) +
            "[  0.500] * closed by the server: 1000 (normal)\n"
            "[  0.500] * end: status 0, sent 0 messages (0 bytes), received 0 messages (0 "
            "bytes)\n");
}

TEST_CASE("one place for both: a compressed frame's line stands before its message, too") {
  Options options;
  options.diagnosis.trace = TraceLevel::kFrames;
  for (const Kind kind : {Kind::kPipe, Kind::kTerminal}) {
    const auto script = [](Presentation& one, FakeClock&) {
      Opened opened;
      opened.extensions = "permessage-deflate";
      one.sink().on_opened(opened);
      Frame frame;
      frame.fin = true;
      frame.rsv1 = true;
      frame.opcode = 1;
      frame.length = 7;
      frame.payload = "\xca\x48\xcd\xc9\xc9\x07\x01";
      one.sink().on_frame(frame);
      one.sink().on_message(received("hello"));
    };
    options.terminal.color = ColorMode::kNever;
    const std::string mark = kind == Kind::kTerminal ? "< " : "";
    CHECK(play(options, kind, kind, script, true).out ==
          "[  0.000] * open: permessage-deflate\n"
          "[  0.000] < TEXT fin rsv1 len=7 \"hello\"\n" +
              mark + "hello\n");
  }
}

TEST_CASE("-v tells the steps once, also on a terminal; frames are not asked for") {
  Options options;
  options.diagnosis.trace = TraceLevel::kSteps;
  options.terminal.color = ColorMode::kNever;
  const Shown shown = play(options, Kind::kTerminal, Kind::kTerminal, [](auto& one, auto& clock) {
    CHECK(one.sink().frame_preview() == 0);
    whole_run(one, clock);
  });
  CHECK(shown.err.find("* open\n") != std::string::npos);
  CHECK(shown.err.find("connected to") == std::string::npos);
  CHECK(shown.err.find("TEXT") == std::string::npos);
}

TEST_CASE("/trace on and off") {
  Frame frame;
  frame.fin = true;
  frame.opcode = 9;
  const Shown shown = play({}, Kind::kPipe, Kind::kPipe, [&frame](auto& one, auto&) {
    EventSink& sink = one.sink();
    CHECK(sink.frame_preview() == 0);
    sink.on_frame(frame);
    one.set_trace(true);
    CHECK(sink.frame_preview() > 0);
    sink.on_frame(frame);
    one.set_trace(false);
    CHECK(sink.frame_preview() == 0);
    sink.on_frame(frame);
  });
  CHECK(shown.err == "[  0.000] < PING len=0\n");
}

TEST_CASE("--trace-file takes the frames; -v beside it stays on stderr, --trace does not") {
  TemporaryFile file;
  Options options;
  options.diagnosis.trace_file = file.path;
  CHECK(play(options, Kind::kPipe, Kind::kPipe, whole_run).err == "");
  CHECK(read_file(file.path).find("< TEXT fin len=8") != std::string::npos);
  options.diagnosis.trace = TraceLevel::kFrames;
  CHECK(play(options, Kind::kPipe, Kind::kPipe, whole_run).err == "");
  const std::string once = read_file(file.path);
  options.diagnosis.trace = TraceLevel::kSteps;
  const std::string err = play(options, Kind::kPipe, Kind::kPipe, whole_run).err;
  CHECK(err.find("* open\n") != std::string::npos);
  CHECK(err.find("TEXT") == std::string::npos);
  CHECK(read_file(file.path) == once);  // written anew each time
}

TEST_CASE("--json is events in a pipe and on a terminal alike") {
  Options options;
  options.messages.output = OutputFormat::kJson;
  const Shown piped = play(options, Kind::kPipe, Kind::kPipe, whole_run);
  CHECK(piped.out.find(R"("event":"resolve")") != std::string::npos);
  CHECK(piped.out.find(R"("data":"hello\u001b[J")") != std::string::npos);
  CHECK(piped.out.find(R"("base64":"AP8=")") != std::string::npos);
  CHECK(piped.out.find(R"("event":"end","status":0)") != std::string::npos);
  CHECK(piped.err == "");
  options.terminal.color = ColorMode::kNever;
  CHECK(play(options, Kind::kTerminal, Kind::kPipe, whole_run).out == piped.out);
}

TEST_CASE("--record appends whole lines of events beside the messages") {
  TemporaryFile file;
  Options options;
  options.automation.record = file.path;
  const Shown shown = play(options, Kind::kPipe, Kind::kPipe, whole_run);
  CHECK(shown.out == std::string(kPlain) + std::string("\0\xff", 2));
  const std::string once = read_file(file.path);
  CHECK(once.find(R"("event":"message")") != std::string::npos);
  CHECK(once.back() == '\n');
  play(options, Kind::kPipe, Kind::kPipe, whole_run);
  CHECK(read_file(file.path) == once + once);
}

TEST_CASE("files that can't be opened are usage errors that name them") {
  Options options;
  options.automation.record = "/nonexistent/record";
  Shown shown = play(options, Kind::kPipe, Kind::kPipe, whole_run);
  REQUIRE_FALSE(shown.finished.has_value());
  CHECK(shown.finished.error().stage == Stage::kUsage);
  CHECK(shown.finished.error().message ==
        "can't open /nonexistent/record for writing: no such file or directory");
  options = {};
  options.diagnosis.trace_file = "/tmp";
  shown = play(options, Kind::kPipe, Kind::kPipe, whole_run);
  REQUIRE_FALSE(shown.finished.has_value());
  CHECK(shown.finished.error().message == "can't open /tmp for writing: is a directory");
}

TEST_CASE("a full disk is an error at the end, on stdout and in files") {
  const Shown shown = play({}, Kind::kFull, Kind::kPipe, whole_run);
  REQUIRE_FALSE(shown.finished.has_value());
  CHECK(shown.finished.error().stage == Stage::kOutput);
  CHECK(shown.finished.error().message == "can't write to stdout: no space left on device");
  Options options;
  options.automation.record = "/dev/full";
  const Shown recorded = play(options, Kind::kPipe, Kind::kPipe, whole_run);
  REQUIRE_FALSE(recorded.finished.has_value());
  CHECK(recorded.finished.error().message == "can't write to /dev/full: no space left on device");
}

TEST_CASE("a trace with secrets is readable by its owner only") {
  TemporaryFile file;
  Options options;
  options.diagnosis.trace_file = file.path;
  options.diagnosis.trace_secrets = true;
  play(options, Kind::kPipe, Kind::kPipe, whole_run);
  struct stat info {};
  REQUIRE(::stat(file.path, &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
}

TEST_CASE("colour: --color always, never, NO_COLOR, TERM=dumb") {
  const auto colored = [](const Options& options, Kind kind) {
    return play(options, kind, kind, whole_run).out.find("\x1b[36m") != std::string::npos;
  };
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "xterm", 1);
  Options options;
  CHECK(colored(options, Kind::kTerminal));
  CHECK_FALSE(colored(options, Kind::kPipe));
  ::setenv("NO_COLOR", "1", 1);
  CHECK_FALSE(colored(options, Kind::kTerminal));
  options.terminal.color = ColorMode::kAlways;
  CHECK(colored(options, Kind::kTerminal));
  options.terminal.color = ColorMode::kAuto;
  ::setenv("NO_COLOR", "", 1);
  CHECK(colored(options, Kind::kTerminal));
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  CHECK_FALSE(colored(options, Kind::kTerminal));
  ::setenv("TERM", "xterm", 1);
  options.terminal.color = ColorMode::kNever;
  CHECK_FALSE(colored(options, Kind::kTerminal));
}

TEST_CASE("--timing is a table on stderr") {
  Options options;
  options.diagnosis.timing = true;
  const Shown shown = play(options, Kind::kPipe, Kind::kPipe, whole_run);
  CHECK(shown.err.find("timing\n  resolve") == 0);
  CHECK(shown.out == std::string(kPlain) + std::string("\0\xff", 2));
}

TEST_CASE("large binary messages pass unchanged") {
  std::string sent;
  const Shown shown = play({}, Kind::kPipe, Kind::kPipe, [&sent](auto& one, auto&) {
    for (std::size_t size = 1; size < 300000; size = size * 3 + 1) {
      std::string bytes(size, '\0');
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + size);
      one.sink().on_message(received(bytes, MessageType::kBinary));
      sent += bytes;
    }
  });
  CHECK(shown.out == sent);
}
