#include "output/encode.h"

#include <cstddef>

namespace wscope::output {

void append_hex(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t at = out.size();
  out.resize(at + 2 * bytes.size());
  char* to = out.data() + at;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = kDigits[byte >> 4U];
    *to++ = kDigits[byte & 0xfU];
  }
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = out.size();
  out.resize(at + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + at;
  const auto byte = [bytes](std::size_t i) -> unsigned {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    *to++ = kDigits[group >> 18U];
    *to++ = kDigits[group >> 12U & 0x3fU];
    *to++ = i + 1 < bytes.size() ? kDigits[group >> 6U & 0x3fU] : '=';
    *to++ = i + 2 < bytes.size() ? kDigits[group & 0x3fU] : '=';
  }
}

}  // namespace wscope::output
