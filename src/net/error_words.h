// error_words: causes as an error message ends with them: lower case, one line, safe to print.
//
// Text that came from the network or a file (certificate names, a server's answer) passes through
// printable() of base before it becomes part of a message. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace wscope::net {

/// "connection refused": the system's text, not beginning with a capital.
std::string words(std::error_code error);
std::string words_of_errno(int number);
/// First letter in lower case, unless the word is an abbreviation ("TLS …").
std::string lower_first(std::string text);

/// "0.0.0.0:8765", "[::1]:8765": brackets only where the host has colons.
std::string host_and_port(std::string_view host, unsigned port);

}  // namespace wscope::net
