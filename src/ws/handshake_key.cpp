// Base64 and Sec-WebSocket-Accept (contract: handshake_request.h).
#include <cstdint>
#include <cstdlib>

// OpenSSL belongs to src/net alone. This header of websocketpp is a stand-alone SHA-1: it includes
// nothing (not even <cstdlib>, for size_t) and brings no part of the engine.
#include <websocketpp/sha1/sha1.hpp>

#include "ws/handshake_request.h"

namespace wscope::ws {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t octet(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
}

std::optional<std::uint32_t> sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return std::nullopt;
}

}  // namespace

// RFC 4648 section 4, with padding.
std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group =
        (octet(bytes, i) << 16U) | (octet(bytes, i + 1) << 8U) | octet(bytes, i + 2);
    text += kAlphabet[group >> 18U];
    text += kAlphabet[(group >> 12U) & 63U];
    text += i + 1 < bytes.size() ? kAlphabet[(group >> 6U) & 63U] : '=';
    text += i + 2 < bytes.size() ? kAlphabet[group & 63U] : '=';
  }
  return text;
}

// Strict: RFC 4648 3.2 (padding needed), 3.3 (no foreign characters), 3.5 (unused bits are zero).
std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = sextet(c);
    if (!value) return std::nullopt;
    group = (group << 6U) | *value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((group >> bits) & 0xffU);
    group &= (1U << bits) - 1;
  }
  if (group != 0) return std::nullopt;
  return bytes;
}

// RFC 6455 4.2.2, item 5.4.
std::string accept_for_key(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char hash[20];
  websocketpp::sha1::calc(text.data(), text.size(), hash);
  return base64_encode(std::string_view(reinterpret_cast<const char*>(hash), sizeof hash));
}

}  // namespace wscope::ws
