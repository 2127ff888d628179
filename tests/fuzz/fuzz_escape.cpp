// Whatever bytes come, the escaped text, the JSON string and the formatted JSON hold no character
// that drives a terminal, and escaping again changes nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/escape.h"
#include "output/json_string.h"
#include "output/json_text.h"
#include "output/palette.h"

using namespace wscope;
using namespace wscope::output;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_safe(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char character = decode_utf8(text);
    require(character.size > 0);
    const char32_t code = character.code;
    require(code >= 0x20 || code == '\n' || code == '\t');
    require(code < 0x7f || code > 0x9f);
    require(code != 0x61c && code != 0x200e && code != 0x200f);
    require(code < 0x202a || code > 0x202e);
    require(code < 0x2066 || code > 0x2069);
    text.remove_prefix(character.size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT
  const std::string shown = escaped(input);
  require_safe(shown);
  require(escaped(shown) == shown);
  const std::string line = escaped(input, kOneLine);
  require_safe(line);
  require(line.find('\n') == std::string::npos && line.find('\t') == std::string::npos);

  std::string json;
  append_json_string(json, input);
  require_safe(json);
  require(json.find('\n') == std::string::npos);

  std::string pretty;
  if (append_json(pretty, input, {true, true, Palette::none()})) {
    require_safe(pretty);
    std::string again;
    require(append_json(again, pretty, {true, true, Palette::none()}) || pretty != input);
  }
  std::string kept;
  if (append_json(kept, input, {false, false, Palette::none()})) require(kept == input);
  for (std::size_t limit = 0; limit <= size && limit < 16; ++limit) {
    require(utf8_prefix(input, limit).size() <= limit);
  }
  return 0;
}
