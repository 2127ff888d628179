#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

#include "input/block_queue.h"
#include "input/sources.h"
#include "input/stdin_reader.h"
#include "pulling.h"

using namespace wscope;
using namespace wscope::input;
using namespace wscope::test;
using namespace std::string_literals;

namespace {

constexpr auto kText = Action::Kind::kText;
constexpr auto kBinary = Action::Kind::kBinary;
constexpr auto kRefused = Action::Kind::kRefused;

std::vector<Pulled> send_through(const Options& options, const std::string& input) {
  Pipe pipe;
  std::thread writer([&] {
    pipe.put(input);
    pipe.close_in();
  });
  const auto source = make_pipe_source(options, pipe.out);
  Bell bell;
  source->start(bell.waker());
  auto all = pull_all(*source, bell);
  writer.join();
  return all;
}

std::size_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

}  // namespace

TEST_CASE("each line of a pipe is one text message, an empty line an empty one") {
  CHECK(send_through({}, "a\n\nb\r\nc") ==
        std::vector<Pulled>{{kText, "a", ""}, {kText, "", ""}, {kText, "b", ""}, {kText, "c", ""}});
}

TEST_CASE("a line that is not UTF-8 is refused by number and byte, the rest goes on") {
  CHECK(send_through({}, "a\nxy\xffz\nb\n") ==
        std::vector<Pulled>{{kText, "a", ""},
                            {kRefused, "", "line 2 is not UTF-8 at byte 3: not sent"},
                            {kText, "b", ""}});
}

TEST_CASE("-b sends the same line as it is; -0 splits at NUL") {
  Options options;
  options.messages.binary = true;
  CHECK(send_through(options, "xy\xffz\n") == std::vector<Pulled>{{kBinary, "xy\xffz", ""}});
  options = {};
  options.messages.input = InputFormat::kNul;
  CHECK(send_through(options, "a\nb\0\0c"s) ==
        std::vector<Pulled>{{kText, "a\nb", ""}, {kText, "", ""}, {kText, "c", ""}});
}

TEST_CASE("a line of 64 MiB arrives whole, and the one behind it") {
  std::string big(std::size_t{64} << 20, 'x');
  for (std::size_t i = 0; i < big.size(); i += 4099) big[i] = static_cast<char>('a' + i % 26);
  const auto all = send_through({}, big + "\nnext\n");
  REQUIRE(all.size() == 2);
  CHECK(all[0].data.size() == big.size());
  CHECK((all[0].data == big));
  CHECK(all[1].data == "next");
}

TEST_CASE("what was at hand when the input ended needs no thread") {
  for (const std::string content : {"", "one\ntwo"}) {
    Pipe pipe;
    pipe.put(content);
    pipe.close_in();
    StdinReader reader(pipe.out);
    Bell bell;
    const std::size_t before = threads();
    reader.start(bell.waker());
    CHECK(threads() <= before);
    CHECK(bell.rung() == 0);
  }
}

TEST_CASE("a descriptor that is not open is the end of the input") {
  Pipe pipe;
  const int gone = pipe.out;
  close(gone);
  pipe.out = -1;
  for (const int fd : {gone, -1}) {
    const auto source = make_pipe_source({}, fd);
    Bell bell;
    source->start(bell.waker());
    Action action;
    CHECK(source->next(action) == ActionSource::Pull::kEnd);
  }
}

TEST_CASE("a failing read is told once, and is the end") {
  const int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto source = make_pipe_source({}, directory);
  Bell bell;
  source->start(bell.waker());
  CHECK(pull_all(*source, bell) ==
        std::vector<Pulled>{{kRefused, "", "can't read standard input: is a directory"}});
  close(directory);
}

TEST_CASE("stop() ends a reader that waits for input, and one that waits for the loop") {
  Bell bell;
  // A thread that did not end is left behind after 200 ms.
  const auto stop_in_time = [](ActionSource& source) {
    const auto began = std::chrono::steady_clock::now();
    source.stop();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::milliseconds(190));
    source.stop();
  };
  Pipe silent;
  const auto waiting = make_pipe_source({}, silent.out);
  waiting->start(bell.waker());
  stop_in_time(*waiting);

  Pipe full;
  const auto source = make_pipe_source({}, full.out);
  std::thread writer([&] { full.put(std::string(8 << 20, '\n')); });
  source->start(bell.waker());
  Action action;
  REQUIRE(pull(*source, bell, action));
  stop_in_time(*source);
  close(full.out);
  full.out = -1;
  writer.join();
}

TEST_CASE("no more than the queue's blocks are read ahead of the loop") {
  Pipe pipe;
  std::atomic<std::size_t> put{0};
  std::thread writer([&] {
    const std::string lines(4096, '\n');
    while (put < 8 << 20 && pipe.put(lines)) put += lines.size();
  });
  StdinReader reader(pipe.out);
  Bell bell;
  reader.start(bell.waker());
  Block block;
  std::size_t popped = 0;
  // More of them than start() takes before there is a thread.
  for (std::size_t i = 0; i <= BlockQueue::kBlocks / 2; ++i) {
    popped += block.size;
    while (reader.pop(block) != BlockQueue::Pop::kBlock) std::this_thread::yield();
  }
  // Until the writer stands still, before a full pipe.
  std::size_t before = 0;
  do {
    before = put;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (put != before || before == 0);
  const std::size_t piped = 64 << 10;
  CHECK(put <= popped + BlockQueue::kBlocks * BlockQueue::kBlockBytes + piped);
  reader.stop();
  close(pipe.out);
  pipe.out = -1;
  writer.join();
}

TEST_CASE("the loop is woken only after it found nothing") {
  Pipe pipe;
  const auto source = make_pipe_source({}, pipe.out);
  Bell bell;
  source->start(bell.waker());
  Action action;
  CHECK(source->next(action) == ActionSource::Pull::kEmpty);
  pipe.put("a\n");
  bell.wait_beyond(0);
  for (int i = 0; i < 50; ++i) pipe.put("b\n");
  CHECK(bell.rung() == 1);
  REQUIRE(source->next(action) == ActionSource::Pull::kAction);
  CHECK(action.data == "a");
  pipe.close_in();
  int lines = 0;
  while (pull(*source, bell, action)) ++lines;
  CHECK(lines == 50);
}

TEST_CASE("what was read and not pulled is counted") {
  Pipe pipe;
  pipe.put("a\nb\nc\nd");
  pipe.close_in();
  const auto source = make_pipe_source({}, pipe.out);
  Bell bell;
  source->start(bell.waker());
  CHECK(source->unpulled() == 4);
  Action action;
  REQUIRE(pull(*source, bell, action));
  CHECK(source->unpulled() == 3);
  source->stop();
  CHECK(source->unpulled() == 3);
}
