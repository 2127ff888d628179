// proxy_socks: SOCKS5 (RFC 1928, user and password RFC 1929), SOCKS4 and SOCKS4a.
//
// The kind of the proxy decides the version; the destination is a name (socks5h, socks4a) or an
// address (socks5, socks4: the caller has resolved it; SOCKS4 knows IPv4 only). Pure. What can't be
// said in the protocol (a name or password over 255 bytes) fails at once with Stage::kUsage.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/proxy_choice.h"
#include "net/proxy_dialogue.h"

namespace wscope::net {

/// `host` is a name or an address without brackets; `shown` is the destination in messages.
std::unique_ptr<ProxyDialogue> socks_dialogue(const Proxy& proxy, const std::string& host,
                                              std::uint16_t port, const std::string& shown);

}  // namespace wscope::net
