// escape: untrusted bytes → text that can't drive a terminal.
//
// C0 controls, DEL, C1 controls (U+0080–9F), bidi controls (U+061C, U+200E/F, U+202A–E, U+2066–9)
// and separators (U+2028/9) become visible: \x1b, \u{9b}, \u{202e}; bytes that are no UTF-8 become
// \xff. Newline and tab stay where the style says so. The result is valid UTF-8; escaping it again
// changes nothing. Clean text passes at the speed of a scan. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wscope {

struct EscapeStyle {
  bool keep_newline = true;
  bool keep_tab = true;
  bool short_names = false;  // \n \r \t where these are escaped
  std::string_view before;   // put around each run of escapes (colour)
  std::string_view after;
};

/// Everything in one line: \n, \r and \t visible too.
constexpr EscapeStyle kOneLine = {false, false, true, {}, {}};

void append_escaped(std::string& out, std::string_view text, const EscapeStyle& style = {});
std::string escaped(std::string_view text, const EscapeStyle& style = {});
/// Whether escaped() leaves it as it is.
bool is_clean(std::string_view text, const EscapeStyle& style = {});
/// At most `limit` bytes of `text`, then "…".
std::string escaped(std::string_view text, std::size_t limit, const EscapeStyle& style = {});
/// The same in one line, as part of a message; quoted() in double quotes, \" and \\ as in C.
std::string printable(std::string_view text, std::size_t limit = 200);
std::string quoted(std::string_view text, std::size_t limit = 64);

/// Bytes from the front of `text` that a JSON string may hold as they are and a terminal may show.
std::size_t json_clean_size(std::string_view text);

/// The longest prefix of at most `limit` bytes that does not cut a UTF-8 sequence.
std::string_view utf8_prefix(std::string_view text, std::size_t limit);

/// One character of UTF-8 (RFC 3629); size 0: the first byte begins no valid sequence.
struct Utf8Char {
  char32_t code = 0;
  std::size_t size = 0;
};
Utf8Char decode_utf8(std::string_view text);

}  // namespace wscope
