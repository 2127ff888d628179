// The engine as server: any request and any bytes of a client in any pieces tell the same story as
// unsplit, also where large messages are told in pieces.
//
// Input: one byte of switches, the number of piece sizes, the piece sizes, then the bytes; a switch
// puts a good request before them.
#include "engine_story.h"

using namespace wscope::ws;

namespace {

constexpr char kRequest[] =
    "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size - 2 < data[1] % 8U + 1) return 0;
  const std::uint8_t switches = data[0];
  const std::size_t sizes = data[1] % 8U + 1;
  const std::string_view pieces(reinterpret_cast<const char*>(data) + 2, sizes);
  std::string bytes = (switches & 32) != 0 ? kRequest : "";
  bytes.append(reinterpret_cast<const char*>(data) + 2 + sizes, size - 2 - sizes);
  EngineSettings settings;
  settings.max_message_size = (switches & 4) != 0 ? 100 : 100000;
  settings.answer_pings = (switches & 8) == 0;
  if ((switches & 16) != 0) {
    settings.server_deflate = DeflateOffer{};
    settings.server_deflate->threshold = 3;
  }
  const std::string whole = story_of(true, settings, switches, bytes, std::string_view("\0", 1));
  const std::string split = story_of(true, settings, switches, bytes, pieces);
  require(whole == split);
  settings.largest_whole = 7;
  const std::string piecemeal = story_of(true, settings, switches, bytes, pieces);
  require(whole == piecemeal);
  return 0;
}
