// Close codes: numbers, names, and which may be sent or received (RFC 6455 7.4, IANA registry).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wscope {

/// "normal", "going away", "protocol error"; "private use" (4000–4999), "registered" (3000–3999),
/// "unknown" otherwise.
std::string_view close_code_name(std::uint16_t code);
/// "going-away" or "going away" or "1001" → 1001; nothing for a name nobody knows.
std::optional<std::uint16_t> close_code_from_word(std::string_view word);
/// May stand in a Close frame at all: 1000–1003, 1007–1014, 3000–4999 (RFC 6455 7.4.1, IANA).
bool close_code_valid_on_wire(std::uint16_t code);
/// Empty when a client may send it; else why not ("1006 is reserved: it says that no Close came").
std::string why_not_sendable(std::uint16_t code);
/// A code that may be sent and its name as one word: 1001, "going-away".
struct CloseWord {
  std::uint16_t code = 0;
  std::string word;
};
std::vector<CloseWord> sendable_close_words();

}  // namespace wscope
