// ns per message of the engine alone, no socket: receive (client role, text with 30 % non-ASCII
// characters, UTF-8 checked) and send, at four sizes; then the same with permessage-deflate beside
// zlib alone. Prints a table; each figure is CPU time, the best of several rounds.
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "ws/engine.h"
#include "ws/frame_header.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

constexpr int kRounds = 7;

class Counter : public EngineListener {
 public:
  std::size_t messages = 0;
  std::size_t bytes = 0;
  void on_message(MessageType, std::string_view data) override {
    ++messages;
    bytes += data.size();
  }
  void on_ping(std::string_view) override {}
  void on_pong(std::string_view) override {}
  void on_close(const CloseFrame&) override {}
  void on_failed(const Error& error, std::uint16_t) override {
    std::printf("failed: %s\n", error.message.c_str());
  }
};

/// `size` bytes of text, three characters in ten not ASCII.
std::string sample_text(std::size_t size) {
  static const char* const kLetters[] = {"a", "b", "\xc3\xa9",         "d", "\xe2\x82\xac",
                                         "f", "g", "\xf0\x9f\x98\x80", "i", "j"};
  std::string text;
  for (std::size_t i = 0; text.size() + 4 <= size; ++i) text += kLetters[i * 7 % 10];
  text.append(size - text.size(), '.');
  return text;
}

std::string server_frame(std::string_view payload, std::uint8_t first) {
  char header[kMaxHeader];
  std::string bytes(header, write_frame_header(header, first, payload.size(), false));
  return bytes += payload;
}

double cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

template <class Work>
double best_ns(std::size_t messages, Work work) {
  double best = 1e18;
  for (int round = 0; round < kRounds; ++round) {
    const double start = cpu_ns();
    work();
    best = std::min(best, (cpu_ns() - start) / static_cast<double>(messages));
  }
  return best;
}

/// Gives `stream` to the engine in pieces of what a socket read brings.
void pour(Engine& engine, std::string_view stream) {
  constexpr std::size_t kSocketRead = std::size_t{128} << 10;
  while (!stream.empty()) {
    const Engine::Span room = engine.receive_buffer();
    const std::size_t size = std::min({room.size, stream.size(), kSocketRead});
    std::memcpy(room.data, stream.data(), size);
    engine.received(size);
    stream.remove_prefix(size);
  }
}

void measure(std::size_t size, bool deflate) {
  const std::string text = sample_text(size);
  const std::size_t messages =
      std::max<std::size_t>((std::size_t{64} << 20) / (size + 64) / (deflate ? 8 : 1), 64);
  EngineSettings settings;
  if (deflate) settings.deflate = DeflateAgreement{};
  if (deflate) settings.deflate->threshold = 0;
  Counter counter;

  std::string stream;
  if (deflate) {  // a client's frames, their masks taken away, are what a server would send
    const auto sender = Engine::client(settings, counter);
    for (std::size_t i = 0; i < messages; ++i) {
      sender->send_text(text);
      const std::string masked(sender->output());
      sender->output_written(masked.size());
      const FrameHeader header = read_frame_header(masked.data());
      std::string payload = masked.substr(header.size);
      for (std::size_t k = 0; k < payload.size(); ++k)
        payload[k] ^= masked[header.size - 4 + k % 4];
      stream += server_frame(payload, header.first);
    }
  } else {
    for (std::size_t i = 0; i < messages; ++i) stream += server_frame(text, kFin | kOpText);
  }
  const double copying = best_ns(messages, [&] {
    static char sink[std::size_t{128} << 10];
    for (std::size_t at = 0; at < stream.size(); at += sizeof sink) {
      std::memcpy(sink, stream.data() + at, std::min(sizeof sink, stream.size() - at));
      asm volatile("" ::"r"(sink) : "memory");
    }
  });
  const double receive = best_ns(messages, [&] {
    const auto engine = Engine::client(settings, counter);
    pour(*engine, stream);
  });
  const auto sender = Engine::client(settings, counter);
  const double send = best_ns(messages, [&] {
    for (std::size_t i = 0; i < messages; ++i) {
      sender->send_text(text);
      const std::size_t pending = sender->output().size();
      if (pending > (std::size_t{64} << 10)) sender->output_written(pending);
    }
    sender->output_written(sender->output().size());
  });
  std::printf("%8zu  receive %9.1f ns (of it copying in %8.1f)  send %9.1f ns", size, receive,
              copying, send);
  if (deflate) {
    z_stream alone{};
    deflateInit2(&alone, -1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    std::vector<Bytef> room(size + 1024);
    const double packing = best_ns(messages, [&] {
      for (std::size_t i = 0; i < messages; ++i) {
        alone.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        alone.avail_in = static_cast<uInt>(size);
        alone.next_out = room.data();
        alone.avail_out = static_cast<uInt>(room.size());
        ::deflate(&alone, Z_SYNC_FLUSH);
      }
    });
    deflateEnd(&alone);
    std::printf("  zlib alone: deflate %9.1f ns", packing);
  }
  std::printf("\n");
}

}  // namespace

int main() {
  std::printf("plain\n");
  for (const std::size_t size : {16u, 125u, 1024u, 65536u}) measure(size, false);
  std::printf("permessage-deflate\n");
  for (const std::size_t size : {16u, 125u, 1024u, 65536u}) measure(size, true);
}
