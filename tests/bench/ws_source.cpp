// ws_source: accepts one connection and sends messages as quickly as the socket takes them.
//
//   ws_source [--size BYTES] [--count N] [--one-message BYTES] [--raw] [--tls] [--deflate]
//             [--level N] [--no-separator] [--end-after-close]
//
// Frames are made before the connection comes. After the last one a Close is sent and answered;
// with --raw there are lines instead of frames, and the end of the stream. --end-after-close: the
// stream ends behind the Close, for clients that wait for that instead of answering. stdout: the
// port, then one line of JSON with the time of the first byte and of the peer's answer.
#include <cstdio>
#include <vector>

#include "arguments.h"
#include "clock.h"
#include "flow.h"
#include "loopback.h"
#include "wire.h"

namespace {

using bench::Arguments;
using bench::Flow;

struct Settings {
  std::size_t size;
  std::uint64_t count;
  std::uint64_t one_message;
  bool raw;
  bool tls;
  bool deflate;
  int level;
  std::string separator;
  bool end_after_close;
};

Flow make_flow(const Settings& settings) {
  if (settings.one_message > 0) {
    return settings.raw ? bench::one_line_flow(settings.one_message, settings.separator)
                        : bench::one_frame_flow(settings.one_message);
  }
  if (settings.raw) return bench::line_flow(settings.size, settings.count, settings.separator);
  if (settings.deflate) return bench::deflated_flow(settings.size, settings.count, settings.level);
  return bench::frame_flow(settings.size, settings.count);
}

bool send_flow(bench::Wire& wire, const Flow& flow) {
  std::uint64_t sent = 0;
  while (sent < flow.total()) {
    const std::string_view piece = flow.piece(sent);
    if (!wire.write_all(piece)) return false;
    sent += piece.size();
  }
  return true;
}

// The peer's Close is a masked frame; nothing after it matters. Pings of the peer may stand before.
bool read_to_end(bench::Wire& wire, bool raw) {
  std::vector<char> buffer(std::size_t{64} << 10);
  bool close_seen = false;
  for (;;) {
    const std::size_t got = wire.read(buffer.data(), buffer.size());
    if (got == 0) return raw || close_seen;
    const std::string_view bytes(buffer.data(), got);
    if (bytes.find('\x88') != std::string_view::npos) close_seen = true;
    if (close_seen && !raw) return true;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments(argc, argv);
  Settings settings;
  settings.size = arguments.number("--size", 16);
  settings.count = arguments.number("--count", 1);
  settings.one_message = arguments.number("--one-message", 0);
  settings.raw = arguments.flag("--raw");
  settings.tls = arguments.flag("--tls");
  settings.deflate = arguments.flag("--deflate");
  settings.level = static_cast<int>(arguments.number("--level", 6));
  settings.separator = arguments.flag("--no-separator") ? "" : "\n";
  settings.end_after_close = arguments.flag("--end-after-close");
  arguments.done();

  const Flow flow = make_flow(settings);
  SSL_CTX* tls = settings.tls ? bench::make_server_tls() : nullptr;
  const int listener = bench::listen_on_loopback();
  bench::Wire wire = bench::accept_one(listener, tls);
  if (!settings.raw) {
    const bench::Upgrade upgrade = bench::upgrade(wire, settings.deflate);
    if (settings.deflate && !upgrade.server_takeover) bench::fail("the peer wants no takeover");
  }

  const double begin = bench::now();
  const double cpu = bench::cpu_seconds();
  const bool sent = send_flow(wire, flow);
  const double end_of_sending = bench::now();
  if (settings.raw || settings.end_after_close) wire.end_writing();
  const bool answered = read_to_end(wire, settings.raw || settings.end_after_close);
  std::printf(
      "{\"sent\": %s, \"answered\": %s, \"bytes\": %llu, \"begin\": %.6f, \"sent_at\": %.6f, "
      "\"end\": %.6f, \"cpu\": %.6f}\n",
      sent ? "true" : "false", answered ? "true" : "false",
      static_cast<unsigned long long>(flow.total()), begin, end_of_sending, bench::now(),
      bench::cpu_seconds() - cpu);
  return sent && answered ? 0 : 1;
}
