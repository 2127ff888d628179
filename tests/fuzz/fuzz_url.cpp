// parse_url: whatever is typed, what comes out is safe on a request line and in a Host header, and
// the address shown to people, when typed, is the same address again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/url.h"

using wscope::net::parse_url;
using wscope::net::Url;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// RFC 9112 3.2: a request line ends at the first blank; RFC 9110 5.5: CR, LF and NUL split heads.
void require_one_word(std::string_view text) {
  for (const char letter : text) {
    require(static_cast<unsigned char>(letter) > 0x20 && letter != 0x7f);
  }
}

void require_ascii(std::string_view text) {
  for (const char letter : text) require(static_cast<unsigned char>(letter) < 0x80);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto url = parse_url(text);
  if (!url) {
    require(!url.error().message.empty());
    require(url.error().message.find('\n') == std::string::npos);
    return 0;
  }
  require(!url->resource.empty() && url->resource[0] == '/');
  require(url->resource.find('#') == std::string::npos);
  require_one_word(url->resource);
  require_ascii(url->resource);
  require_one_word(url->authority());
  require_ascii(url->authority());
  if (!url->unix_path.empty()) return 0;
  require(!url->host.empty() && url->port != 0);
  const auto again = parse_url(url->display());
  require(again.has_value());
  require(again->secure == url->secure && again->host == url->host && again->port == url->port);
  require(again->resource == url->resource && again->zone == url->zone);
  require(again->is_ip_literal == url->is_ip_literal && again->is_ipv6 == url->is_ipv6);
  require(!again->user.has_value());
  return 0;
}
