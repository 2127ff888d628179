// micro_messages: a message through the engine, client role: frame → listener, text → frame.
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_TOGGLE_COLLECT
#endif

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "flow.h"
#include "micro.h"
#include "payload.h"
#include "ws/engine.h"

namespace {

using wscope::Error;
using wscope::MessageType;
using wscope::ws::CloseFrame;
using wscope::ws::DeflateAgreement;
using wscope::ws::Engine;
using wscope::ws::EngineSettings;

class Listener : public wscope::ws::EngineListener {
 public:
  void on_message(MessageType, std::string_view data) override { bench::use(data); }
  void on_piece(MessageType, std::string_view data, bool) override { bench::use(data); }
  void on_ping(std::string_view) override {}
  void on_pong(std::string_view) override {}
  void on_close(const CloseFrame&) override {}
  void on_failed(const Error&, std::uint16_t) override { std::abort(); }
};

EngineSettings settings(bool deflate) {
  EngineSettings result;
  if (deflate) result.deflate = DeflateAgreement{};
  return result;
}

/// Messages that are told in pieces.
EngineSettings in_pieces() {
  EngineSettings result;
  result.largest_whole = 1024;
  return result;
}

void receive(std::size_t size, const EngineSettings& settings, std::size_t iterations) {
  constexpr std::size_t kSocketRead = std::size_t{64} << 10;
  const bench::Flow flow = settings.deflate ? bench::deflated_flow(size, iterations, 6)
                                            : bench::frame_flow(size, iterations);
  Listener listener;
  const auto engine = Engine::client(settings, listener);
  for (std::uint64_t done = 0; done < flow.total();) {
    const std::string_view piece = flow.piece(done);
    const Engine::Span room = engine->receive_buffer();
    const std::size_t bytes = std::min({piece.size(), room.size, kSocketRead});
    CALLGRIND_TOGGLE_COLLECT;  // the kernel's work, not the engine's
    std::memcpy(room.data, piece.data(), bytes);
    CALLGRIND_TOGGLE_COLLECT;
    engine->received(bytes);
    done += bytes;
  }
}

void send(std::size_t size, bool deflate, std::size_t iterations) {
  constexpr std::size_t kSocketWrite = std::size_t{64} << 10;
  const std::vector<std::string> messages = bench::make_period(size);
  Listener listener;
  const auto engine = Engine::client(settings(deflate), listener);
  for (std::size_t i = 0; i < iterations; ++i) {
    engine->send_text(messages[i % messages.size()]);
    const std::size_t pending = engine->output().size();
    if (pending >= kSocketWrite) engine->output_written(pending);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<bench::MicroCase> cases;
  for (const std::size_t size : {16U, 125U, 1024U, 65536U}) {
    const std::string name = std::to_string(size);
    cases.emplace_back("receive-" + name, [size](std::size_t n) { receive(size, {}, n); });
    cases.emplace_back("send-" + name, [size](std::size_t n) { send(size, false, n); });
  }
  cases.emplace_back("pieces-65536", [](std::size_t n) { receive(65536, in_pieces(), n); });
  cases.emplace_back("inflate-1024", [](std::size_t n) { receive(1024, settings(true), n); });
  cases.emplace_back("deflate-1024", [](std::size_t n) { send(1024, true, n); });
  return bench::micro_main(argc, argv, cases);
}
