#include "base/close_code.h"

#include <algorithm>

#include "base/ascii.h"

namespace wscope {
namespace {

struct NamedCode {
  std::uint16_t code;
  std::string_view name;
};

// RFC 6455 7.4.1 and IANA's WebSocket Close Code Number Registry.
constexpr NamedCode kNames[] = {
    {1000, "normal"},
    {1001, "going away"},
    {1002, "protocol error"},
    {1003, "unsupported data"},
    {1004, "reserved"},
    {1005, "no status"},
    {1006, "abnormal"},
    {1007, "invalid payload"},
    {1008, "policy violation"},
    {1009, "message too big"},
    {1010, "mandatory extension"},
    {1011, "internal error"},
    {1012, "service restart"},
    {1013, "try again later"},
    {1014, "bad gateway"},
    {1015, "TLS handshake"},
    {3000, "unauthorized"},
    {3003, "forbidden"},
    {3008, "timeout"},
};

// The registry's longer spellings, for people who read them there.
constexpr NamedCode kAliases[] = {
    {1000, "normal closure"},
    {1005, "no status rcvd"},
    {1005, "no status received"},
    {1006, "abnormal closure"},
    {1007, "invalid frame payload data"},
    {1008, "policy"},
    {1009, "too big"},
    {1010, "mandatory ext."},
    {1010, "mandatory ext"},
};

char folded(char c) {
  if (c == '-' || c == '_') return ' ';
  return to_lower(c);
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return folded(x) == folded(y); });
}

std::optional<std::uint16_t> number(std::string_view word) {
  if (word.empty() || word.size() > 5) return std::nullopt;
  unsigned value = 0;
  for (const char c : word) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > 0xffff) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

}  // namespace

std::string_view close_code_name(std::uint16_t code) {
  for (const NamedCode& named : kNames) {
    if (named.code == code) return named.name;
  }
  if (code >= 3000 && code <= 3999) return "registered";
  if (code >= 4000 && code <= 4999) return "private use";
  return "unknown";
}

std::optional<std::uint16_t> close_code_from_word(std::string_view word) {
  if (const auto code = number(word)) return code;
  for (const NamedCode& named : kNames) {
    if (same_word(named.name, word)) return named.code;
  }
  for (const NamedCode& alias : kAliases) {
    if (same_word(alias.name, word)) return alias.code;
  }
  return std::nullopt;
}

bool close_code_valid_on_wire(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

std::string why_not_sendable(std::uint16_t code) {
  if (close_code_valid_on_wire(code)) return {};
  const std::string number = std::to_string(code);
  switch (code) {  // RFC 6455 7.4.1
    case 1004:
      return "1004 is reserved: its meaning was never defined";
    case 1005:
      return "1005 is reserved: it says that a Close came without a code";
    case 1006:
      return "1006 is reserved: it says that no Close came";
    case 1015:
      return "1015 is reserved: it says that the TLS handshake failed";
    default:
      break;
  }
  // RFC 6455 7.4.2
  if (code <= 999) return number + " is not a close code: they begin at 1000";
  if (code <= 2999) return number + " is reserved for future versions of the protocol";
  return number + " is not a close code: they end at 4999";
}

std::vector<CloseWord> sendable_close_words() {
  std::vector<CloseWord> words;
  for (const NamedCode& named : kNames) {
    if (!close_code_valid_on_wire(named.code)) continue;
    words.push_back({named.code, std::string(named.name)});
    std::string& word = words.back().word;
    std::replace(word.begin(), word.end(), ' ', '-');
  }
  return words;
}

}  // namespace wscope
