// ws_echo: sends every frame back unmasked, at once; a server for round trips and short visits.
//
//   ws_echo [--raw] [--tls] [--connections N]
//
// One connection after the other. --raw: bytes as they come, no WebSocket. stdout: the port.
#include <cstring>
#include <vector>

#include "arguments.h"
#include "loopback.h"
#include "payload.h"
#include "wire.h"

namespace {

struct Frame {
  unsigned char first_byte = 0;
  std::string payload;
};

// Takes a whole masked frame from the front of `bytes`; false when there is none yet.
bool take_frame(std::string& bytes, Frame& frame) {
  if (bytes.size() < 6) return false;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t length = data[1] & 0x7fU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  const std::size_t header = 2 + extended + 4;
  if (bytes.size() < header) return false;
  if (extended != 0) length = 0;
  for (std::size_t i = 0; i < extended; ++i) length = length << 8U | data[2 + i];
  if (bytes.size() < header + length) return false;
  const char* key = bytes.data() + header - 4;
  frame.first_byte = data[0];
  frame.payload = bytes.substr(header, length);
  for (std::size_t i = 0; i < length; ++i) {
    frame.payload[i] = static_cast<char>(frame.payload[i] ^ key[i & 3U]);
  }
  bytes.erase(0, header + length);
  return true;
}

void echo_frames(bench::Wire& wire) {
  bench::upgrade(wire, false);
  std::vector<char> buffer(std::size_t{256} << 10);
  std::string pending;
  std::string answer;
  Frame frame;
  while (const std::size_t got = wire.read(buffer.data(), buffer.size())) {
    pending.append(buffer.data(), got);
    answer.clear();
    bool closed = false;
    while (take_frame(pending, frame)) {
      const unsigned opcode = frame.first_byte & 0x0fU;
      if (opcode == 10) continue;
      const auto first = static_cast<unsigned char>(opcode == 9 ? 0x8a : frame.first_byte);
      bench::append_header(answer, first, frame.payload.size());
      answer += frame.payload;
      closed = closed || opcode == 8;
    }
    wire.write_all(answer);
    if (closed) break;
  }
}

void echo_bytes(bench::Wire& wire) {
  std::vector<char> buffer(std::size_t{256} << 10);
  while (const std::size_t got = wire.read(buffer.data(), buffer.size())) {
    if (!wire.write_all({buffer.data(), got})) break;
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const bool raw = arguments.flag("--raw");
  const bool tls = arguments.flag("--tls");
  const std::uint64_t connections = arguments.number("--connections", 1);
  arguments.done();
  SSL_CTX* context = tls ? bench::make_server_tls() : nullptr;
  const int listener = bench::listen_on_loopback();
  for (std::uint64_t i = 0; i < connections; ++i) {
    bench::Wire wire = bench::accept_one(listener, context);
    if (raw) {
      echo_bytes(wire);
    } else {
      echo_frames(wire);
    }
  }
  return 0;
}
