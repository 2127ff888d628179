// proxy_http: the CONNECT method (RFC 9110 9.3.6): a tunnel through an HTTP proxy.
//
// A 2xx answer opens the tunnel right after its head, interim 1xx answers are passed over (64 KiB
// for all heads together), anything else is a refusal whose status line, telling headers and body
// (by Content-Length, chunked or until the end, at most 4 KiB) become the error's detail. User and
// password go as Basic (RFC 7617). Pure.
#pragma once

#include <memory>
#include <string>

#include "net/proxy_choice.h"
#include "net/proxy_dialogue.h"

namespace wscope::net {

/// `destination` is "echo.example:443" or "[::1]:443".
std::unique_ptr<ProxyDialogue> connect_dialogue(const Proxy& proxy, const std::string& destination);

}  // namespace wscope::net
