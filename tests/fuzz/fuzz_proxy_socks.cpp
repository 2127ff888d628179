// The replies of SOCKS4, 4a and 5: any bytes in any split lead to the same end, a tunnel stands
// only after a reply that grants it and none of its bytes are taken, errors can be shown.
//
// Input: one byte that picks proxy and destination, one the size of the pieces, then the proxy's.
#include <cstdint>

#include "net/proxy_socks.h"
#include "proxy_story.h"

using namespace proxy_story;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  static constexpr const char* kProxies[] = {
      "socks5h://p", "socks5h://me:secret@p", "socks5://p",         "socks4a://me@p",
      "socks4://p",  "socks4a://p",           "socks5h://me:%ff@p", "socks5://%00:%00@p"};
  static constexpr const char* kHosts[] = {"h.example", "192.0.2.1", "2001:db8::1", "localhost"};
  const auto proxy = *wscope::net::parse_proxy(kProxies[data[0] % 8], "--proxy");
  const std::string host = kHosts[data[0] / 8 % 4];
  const auto dialogue = [&] { return wscope::net::socks_dialogue(proxy, host, 443, host); };

  const Told whole = tell(dialogue(), bytes, bytes.size() + 1, true);
  const Told pieces = tell(dialogue(), bytes, data[1] + std::size_t{1}, true);
  require_same(whole, pieces);
  if (whole.dialogue->state() != State::kOpen) return 0;
  const std::string_view taken = bytes.substr(0, bytes.size() - whole.rest.size());
  require(taken.size() == whole.talked_for);
  if (whole.sent.front() == '\x04') {
    require(taken.size() == 8 && taken.substr(0, 2) == std::string_view("\0\x5a", 2));
    return 0;
  }
  require(taken[0] == '\x05');
  const bool asked = taken[1] == '\x02';
  const std::string_view reply = taken.substr(asked ? 4 : 2);
  require(!asked || taken[3] == '\0');
  require(reply.size() >= 7 && reply[0] == '\x05' && reply[1] == '\0');
  const std::size_t name = static_cast<unsigned char>(reply[4]);
  require(reply.size() == (reply[3] == 1 ? 10 : reply[3] == 4 ? 22 : 7 + name));
  return 0;
}
