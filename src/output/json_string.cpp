#include "output/json_string.h"

#include <cstddef>

#include "base/escape.h"

namespace wscope::output {
namespace {

void append_unit(std::string& out, char32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (unsigned shift = 16; shift > 0;) {
    shift -= 4;
    out += kDigits[(unit >> shift) & 0xfU];
  }
}

void append_escape(std::string& out, char32_t code) {
  switch (code) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      append_unit(out, code);  // all unsafe characters are below U+10000
  }
}

bool append(std::string& out, std::string_view text, bool exactly) {
  while (true) {
    const std::size_t clean = json_clean_size(text);
    out.append(text.substr(0, clean));
    text.remove_prefix(clean);
    if (text.empty()) return true;
    const Utf8Char character = decode_utf8(text);
    if (character.size == 0) {
      if (exactly) return false;
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      append_escape(out, character.code);
      text.remove_prefix(character.size);
    }
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) { append(out, text, false); }

bool append_json_string_exactly(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  if (append(out, text, true)) return true;
  out.resize(before);
  return false;
}

}  // namespace wscope::output
