#include "base/escape.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace wscope {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = 0x8080808080808080U;

std::uint64_t load(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Eight bytes of printable ASCII: none is a control, DEL or above 0x7f.
bool all_printable(std::uint64_t word) {
  const std::uint64_t below_space = (word - 0x20 * kOnes) & ~word;
  const std::uint64_t above_tilde = word + kOnes;
  return ((word | below_space | above_tilde) & kHighs) == 0;
}

bool is_unsafe(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c || code == 0x200e ||
         code == 0x200f || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void append_byte(std::string& out, unsigned char byte) {
  out += "\\x";
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 0xfU];
}

void append_code(std::string& out, char32_t code) {
  out += "\\u{";
  int shift = 28;
  while (shift > 0 && (code >> static_cast<unsigned>(shift)) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) out += kHexDigits[(code >> static_cast<unsigned>(shift)) & 0xfU];
  out += '}';
}

/// "\n" for '\n' and so on; 0 where a byte has no short name.
char short_name(unsigned char byte) {
  switch (byte) {
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

bool stays(const Utf8Char& character, const EscapeStyle& style) {
  if (character.size == 0) return false;
  if (character.code == '\n') return style.keep_newline;
  if (character.code == '\t') return style.keep_tab;
  return !is_unsafe(character.code);
}

/// One of the eight bytes is `byte`, or looks so behind one that is.
bool has_byte(std::uint64_t word, char byte) {
  const std::uint64_t same = word ^ (kOnes * static_cast<unsigned char>(byte));
  return ((same - kOnes) & ~same & kHighs) != 0;
}

/// What may follow a lead byte so that the character is surely valid and safe, without decoding it:
/// the range of the second byte (the others only have to continue). Size 0: look closer.
struct Lead {
  std::uint8_t size;
  std::uint8_t lowest;
  std::uint8_t highest;
};

constexpr std::array<Lead, 256> make_leads() {
  std::array<Lead, 256> leads{};
  for (std::size_t i = 0x20; i < 0x7f; ++i) leads[i] = {1, 0, 0xff};
  for (std::size_t i = 0xc2; i < 0xe0; ++i) leads[i] = {2, 0x80, 0xbf};
  for (std::size_t i = 0xe0; i < 0xf0; ++i) leads[i] = {3, 0x80, 0xbf};
  for (std::size_t i = 0xf0; i < 0xf5; ++i) leads[i] = {4, 0x80, 0xbf};
  leads[0xc2].lowest = 0xa0;   // below: C1 controls
  leads[0xd8].lowest = 0x9d;   // U+061C
  leads[0xe0].lowest = 0xa0;   // below: overlong
  leads[0xe2].lowest = 0x82;   // U+200E … U+2069
  leads[0xed].highest = 0x9f;  // above: surrogates
  leads[0xf0].lowest = 0x90;   // below: overlong
  leads[0xf4].highest = 0x8f;  // above: beyond U+10FFFF
  return leads;
}

constexpr std::array<Lead, 256> kLeads = make_leads();

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

/// Size of the character at the front when it is surely clean; 0: look closer.
std::size_t surely_clean(const char* text, std::size_t size) {
  const Lead lead = kLeads[static_cast<unsigned char>(text[0])];
  if (lead.size <= 1) return lead.size;
  if (lead.size > size) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < lead.lowest || second > lead.highest) return 0;
  if (lead.size > 2 && !continues(text[2])) return 0;
  return lead.size < 4 || continues(text[3]) ? lead.size : 0;
}

/// Bytes from the front of `text` that may be shown as they are.
std::size_t clean_size(std::string_view text, const EscapeStyle& style) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (text.size() - at >= 8 && all_printable(load(text.data() + at))) at += 8;
    if (at == text.size()) break;
    std::size_t step = surely_clean(text.data() + at, text.size() - at);
    if (step == 0) {
      const Utf8Char character = decode_utf8(text.substr(at));
      if (!stays(character, style)) break;
      step = character.size;
    }
    at += step;
  }
  return at;
}

}  // namespace

Utf8Char decode_utf8(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return {};
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  char32_t code = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {};
  return {code, size};
}

void append_escaped(std::string& out, std::string_view text, const EscapeStyle& style) {
  while (true) {
    const std::size_t clean = clean_size(text, style);
    out.append(text.substr(0, clean));
    text.remove_prefix(clean);
    if (text.empty()) return;
    out.append(style.before);
    while (!text.empty()) {
      const Utf8Char character = decode_utf8(text);
      if (stays(character, style)) break;
      const auto byte = static_cast<unsigned char>(text.front());
      const char name = style.short_names ? short_name(byte) : '\0';
      if (name != 0) {
        out += '\\';
        out += name;
      } else if (character.size <= 1) {
        append_byte(out, byte);
      } else {
        append_code(out, character.code);
      }
      text.remove_prefix(character.size == 0 ? 1 : character.size);
    }
    out.append(style.after);
  }
}

std::string escaped(std::string_view text, const EscapeStyle& style) {
  std::string out;
  append_escaped(out, text, style);
  return out;
}

bool is_clean(std::string_view text, const EscapeStyle& style) {
  return clean_size(text, style) == text.size();
}

std::string escaped(std::string_view text, std::size_t limit, const EscapeStyle& style) {
  const std::string_view shown = utf8_prefix(text, limit);
  std::string out = escaped(shown, style);
  if (shown.size() < text.size()) out += "…";
  return out;
}

std::string printable(std::string_view text, std::size_t limit) {
  return escaped(text, limit, kOneLine);
}

std::string quoted(std::string_view text, std::size_t limit) {
  std::string_view rest = utf8_prefix(text, limit);
  const bool whole = rest.size() == text.size();
  std::string out = "\"";
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find_first_of("\"\\"), rest.size());
    append_escaped(out, rest.substr(0, plain), kOneLine);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    out += '\\';
    out += rest.front();
    rest.remove_prefix(1);
  }
  return out + (whole ? "\"" : "…\"");
}

std::size_t json_clean_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (text.size() - at >= 8) {
      const std::uint64_t word = load(text.data() + at);
      if (!all_printable(word) || has_byte(word, '"') || has_byte(word, '\\')) break;
      at += 8;
    }
    if (at == text.size() || text[at] == '"' || text[at] == '\\') break;
    std::size_t step = surely_clean(text.data() + at, text.size() - at);
    if (step == 0) {
      const Utf8Char character = decode_utf8(text.substr(at));
      if (character.size == 0 || is_unsafe(character.code)) break;
      step = character.size;
    }
    at += step;
  }
  return at;
}

std::string_view utf8_prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t size = limit;
  // At most three bytes back there is a lead byte, or the text is not UTF-8 and may be cut
  // anywhere.
  while (size > 0 && limit - size < 4 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) {
    --size;
  }
  return text.substr(0, limit - size < 4 ? size : limit);
}

}  // namespace wscope
