// The answer to CONNECT: any bytes in any split lead to the same end, a tunnel stands only after
// the empty line of a 2xx head and none of its bytes are taken, errors can be shown.
//
// Input: one byte of choices, one the size of the pieces, then the proxy's bytes.
#include <cstdint>

#include "net/proxy_http.h"
#include "proxy_story.h"

using namespace proxy_story;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const bool with_user = (data[0] & 1U) != 0;
  const bool patient = (data[0] & 2U) != 0;
  const auto proxy =
      *wscope::net::parse_proxy(with_user ? "me:secret@p:1" : "https://p", "--proxy");
  const auto dialogue = [&] { return wscope::net::connect_dialogue(proxy, "h:443"); };

  const Told whole = tell(dialogue(), bytes, bytes.size() + 1, patient);
  const Told pieces = tell(dialogue(), bytes, data[1] + std::size_t{1}, patient);
  require_same(whole, pieces);
  require((whole.sent.find("Proxy-Authorization: Basic ") != std::string::npos) == with_user);
  if (whole.dialogue->state() == State::kOpen) {
    const std::string_view head = bytes.substr(0, bytes.size() - whole.rest.size());
    require(head.substr(0, 5) == "HTTP/");
    require(head.size() == whole.talked_for);
    require(head.substr(head.size() - 2) == "\n\n" || head.substr(head.size() - 3) == "\n\r\n");
  }
  return 0;
}
