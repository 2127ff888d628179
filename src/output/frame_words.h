// frame_words: one frame on the wire → the words of its trace line (RFC 6455 5.2).
//
//   TEXT fin len=5 mask=3a7f11c2 "hello"      CLOSE len=5 1000 (normal) "bye"
//   BINARY fin len=3 00 01 ff                 PING len=0
// Text is quoted, escaped and cut after kTextPreview bytes, other bytes are shown in hex. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/event_sink.h"

namespace wscope::output {

constexpr std::size_t kTextPreview = 64;
constexpr std::size_t kHexPreview = 16;

/// "TEXT", "BINARY", "CONT", "CLOSE", "PING", "PONG", "0x3".
std::string opcode_word(std::uint8_t opcode);
inline bool is_control(std::uint8_t opcode) { return opcode >= 8; }

/// Up to the payload: `TEXT fin len=5 mask=3a7f11c2`.
std::string frame_header_words(const Frame& frame);
/// `"hello"`, `"a long text…"`: `size` is the whole length of which `text` is the beginning.
std::string text_preview(std::string_view text, std::uint64_t size);
/// `00 01 ff`, `00 01 … `.
std::string hex_preview(std::string_view bytes, std::uint64_t size);
/// `1000 (normal) "bye"` of a Close frame's payload.
std::string close_payload_words(std::string_view payload);

}  // namespace wscope::output
