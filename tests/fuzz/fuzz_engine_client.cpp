// The engine as client: any bytes of a server in any pieces tell the same story as unsplit, also
// where large messages are told in pieces; limits hold, an end is told once, and what is answered
// are frames.
//
// Input: one byte of switches, the number of piece sizes, the piece sizes, then the bytes.
#include "engine_story.h"

using namespace wscope::ws;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size - 2 < data[1] % 8U + 1) return 0;
  const std::uint8_t switches = data[0];
  const std::size_t sizes = data[1] % 8U + 1;
  const std::string_view pieces(reinterpret_cast<const char*>(data) + 2, sizes);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2 + sizes, size - 2 - sizes);
  EngineSettings settings;
  settings.max_message_size = (switches & 4) != 0 ? 100 : 100000;
  settings.answer_pings = (switches & 8) == 0;
  if ((switches & 16) != 0) {
    settings.deflate = DeflateAgreement{};
    settings.deflate->peer_no_context_takeover = (switches & 32) != 0;
    settings.deflate->own_no_context_takeover = (switches & 64) != 0;
    settings.deflate->threshold = 3;
  }
  const std::string whole = story_of(false, settings, switches, bytes, std::string_view("\0", 1));
  const std::string split = story_of(false, settings, switches, bytes, pieces);
  require(whole == split);
  settings.largest_whole = 7;
  const std::string piecemeal = story_of(false, settings, switches, bytes, pieces);
  require(whole == piecemeal);
  return 0;
}
