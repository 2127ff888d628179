// ws_sink: accepts one connection, counts the messages that come and compares each with the one
// that must stand in its place.
//
//   ws_sink --size BYTES [--count N] [--one-message] [--late-start MS] [--close-at-count]
//           [--raw] [--tls] [--deflate] [--line-end]
//
// --close-at-count: after message N the sink sends the first Close (for clients that would leave
// before all is sent); else it answers the peer's. --line-end: messages are lines with their end.
// stdout: the port, then one line of JSON; `end` is when the last message was whole. Exit 0 when
// exactly N right messages came.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "arguments.h"
#include "clock.h"
#include "flow.h"
#include "loopback.h"
#include "sink_messages.h"
#include "wire.h"

namespace {

struct Outcome {
  std::uint64_t messages = 0;
  std::uint64_t wrong = 0;
  std::uint64_t bytes = 0;
  bool closed = false;  // by a Close frame, or the end of the stream with --raw
  double begin = 0;
  double first = 0;  // when the first bytes came
  double end = 0;
};

constexpr std::size_t kBuffer = std::size_t{256} << 10;
constexpr std::string_view kClose = "\x88\x02\x03\xe8";

Outcome count_frames(bench::Wire& wire, bench::SinkMessages& messages, std::uint64_t close_at) {
  Outcome outcome;
  std::vector<char> buffer(kBuffer);
  std::size_t held = 0;
  bool close_sent = false;
  outcome.begin = outcome.end = bench::now();
  while (!messages.closed()) {
    const std::size_t got = wire.read(buffer.data() + held, buffer.size() - held);
    if (got == 0) break;
    if (outcome.bytes == 0) outcome.first = bench::now();
    outcome.bytes += got;
    const std::uint64_t before = messages.count();
    const std::size_t used = messages.feed({buffer.data(), held + got});
    held = held + got - used;
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(used),
              buffer.begin() + static_cast<std::ptrdiff_t>(used + held), buffer.begin());
    if (messages.count() != before) outcome.end = bench::now();
    const std::string pongs = messages.take_pongs();
    if (!pongs.empty()) wire.write_all(pongs);
    if (close_at > 0 && messages.count() >= close_at && !close_sent) {
      close_sent = true;
      wire.write_all(kClose);
    }
  }
  // Nothing follows the peer's Close, so there is no end to wait for: some peers never give one.
  if (messages.closed() && !close_sent) wire.write_all(kClose);
  outcome.messages = messages.count();
  outcome.wrong = messages.wrong();
  outcome.closed = messages.closed();
  return outcome;
}

Outcome count_lines(bench::Wire& wire, std::size_t size, std::uint64_t count, bool one_message) {
  Outcome outcome;
  bench::FlowChecker checker(one_message ? bench::one_line_flow(size, "\n")
                                         : bench::line_flow(size, count, "\n"));
  std::vector<char> buffer(kBuffer);
  outcome.begin = outcome.end = bench::now();
  while (const std::size_t got = wire.read(buffer.data(), buffer.size())) {
    if (checker.bytes() == 0) outcome.first = bench::now();
    checker.feed({buffer.data(), got});
  }
  outcome.end = bench::now();
  outcome.bytes = checker.bytes();
  outcome.messages = checker.bytes() / (size + 1);
  outcome.wrong = checker.same() ? 0 : 1;
  outcome.closed = true;
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::size_t size = arguments.number("--size", 16);
  const std::uint64_t count = arguments.number("--count", 1);
  const bool one_message = arguments.flag("--one-message");
  const std::uint64_t late = arguments.number("--late-start", 0);
  const bool close_at_count = arguments.flag("--close-at-count");
  const bool line_end = arguments.flag("--line-end");
  const bool raw = arguments.flag("--raw");
  const bool tls = arguments.flag("--tls");
  const bool deflate = arguments.flag("--deflate");
  arguments.done();

  bench::SinkMessages messages(size, one_message, line_end);
  SSL_CTX* context = tls ? bench::make_server_tls() : nullptr;
  const int listener = bench::listen_on_loopback();
  bench::Wire wire = bench::accept_one(listener, context);
  if (!raw) bench::upgrade(wire, deflate);
  std::puts("open");
  std::fflush(stdout);
  std::this_thread::sleep_for(std::chrono::milliseconds(late));

  const double cpu = bench::cpu_seconds();
  const Outcome outcome = raw ? count_lines(wire, size, count, one_message)
                              : count_frames(wire, messages, close_at_count ? count : 0);
  std::printf(
      "{\"messages\": %llu, \"wrong\": %llu, \"bytes\": %llu, \"closed\": %s, \"begin\": %.6f, "
      "\"first\": %.6f, \"end\": %.6f, \"cpu\": %.6f}\n",
      static_cast<unsigned long long>(outcome.messages),
      static_cast<unsigned long long>(outcome.wrong),
      static_cast<unsigned long long>(outcome.bytes), outcome.closed ? "true" : "false",
      outcome.begin, outcome.first, outcome.end, bench::cpu_seconds() - cpu);
  return outcome.messages == count && outcome.wrong == 0 ? 0 : 1;
}
